# SPDX-License-Identifier: MIT
"""The fusion measured: by situation, over time, and by input quality."""
