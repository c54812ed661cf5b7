# SPDX-License-Identifier: MIT
"""Units that several modules convert."""

NANOSECONDS = 1_000_000_000
"""Nanoseconds per second."""
