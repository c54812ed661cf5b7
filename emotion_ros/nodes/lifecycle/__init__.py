# SPDX-License-Identifier: MIT
"""Managed nodes: unconfigured, inactive, active, finalized."""
