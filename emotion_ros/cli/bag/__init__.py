# SPDX-License-Identifier: MIT
"""Commands on recordings: replay, explain, report, policy, batch, compare, evaluate."""
