# SPDX-License-Identifier: MIT
"""From evidence to one state per person."""
