# SPDX-License-Identifier: MIT
"""Images: decoding, checking, drawing."""
