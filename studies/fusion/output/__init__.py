# SPDX-License-Identifier: MIT
"""Measured figures as tables and pictures."""
