# SPDX-License-Identifier: MIT
"""The messages of the nodes: from the core's data and back, and with which quality of service."""
