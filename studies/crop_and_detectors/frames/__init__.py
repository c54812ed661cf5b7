# SPDX-License-Identifier: MIT
"""What is shown: a face at a known place of an image, and what happens to it on its way."""
