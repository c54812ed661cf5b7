# SPDX-License-Identifier: MIT
"""Commands that read recordings: replay, explain, report, policy."""
