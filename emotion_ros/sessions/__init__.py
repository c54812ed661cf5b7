# SPDX-License-Identifier: MIT
"""Recordings as tables: states, summaries, comparisons, and scores against labels."""
