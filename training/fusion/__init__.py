# SPDX-License-Identifier: MIT
"""Fits of the numbers that the fusion ships with, and their evaluation."""
