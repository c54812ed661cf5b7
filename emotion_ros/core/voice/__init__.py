# SPDX-License-Identifier: MIT
"""What is known about topics with sound, and what may be wrong with one."""
