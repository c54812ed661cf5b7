# SPDX-License-Identifier: MIT
"""The command that reads pictures, videos, cameras and lines of text: analyze."""
