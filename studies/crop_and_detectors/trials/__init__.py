# SPDX-License-Identifier: MIT
"""The real face pipeline on these images, and its accuracy."""
