# SPDX-License-Identifier: MIT
"""From an image to faces with emotion probabilities."""
