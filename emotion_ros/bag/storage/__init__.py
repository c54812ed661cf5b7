# SPDX-License-Identifier: MIT
"""The storage files of a recording: sqlite3 and MCAP, whole or damaged."""
