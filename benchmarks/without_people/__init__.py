# SPDX-License-Identifier: MIT
"""The nodes without what they do for people, to be measured beside the real ones."""
