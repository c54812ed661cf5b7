# SPDX-License-Identifier: MIT
"""What the fusion is fitted on."""
