# SPDX-License-Identifier: MIT
"""Vision on another computer, over a link that loses packets."""
