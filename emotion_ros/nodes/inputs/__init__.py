# SPDX-License-Identifier: MIT
"""The inputs of a node: which of several sources it takes, and why nothing comes."""
