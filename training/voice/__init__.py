# SPDX-License-Identifier: MIT
"""Training of the voice network."""
