# SPDX-License-Identifier: MIT
"""Model files, their cards and the engines that run them."""
