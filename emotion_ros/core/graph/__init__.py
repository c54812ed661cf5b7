# SPDX-License-Identifier: MIT
"""Findings on a running graph: what `doctor` and the nodes report."""
