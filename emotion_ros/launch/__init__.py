# SPDX-License-Identifier: MIT
"""What the launch files share: their arguments, checked before anything starts."""
