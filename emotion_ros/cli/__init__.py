# SPDX-License-Identifier: MIT
"""The command line: replay, explain, report, models, doctor."""
