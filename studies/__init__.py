# SPDX-License-Identifier: MIT
"""Measurements behind choices of this project; see README.md."""
