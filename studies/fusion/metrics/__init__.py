# SPDX-License-Identifier: MIT
"""How good a sequence of labels or a confidence is."""
