# SPDX-License-Identifier: MIT
"""What people would use instead, in the same run: each in a virtual environment of its own."""
