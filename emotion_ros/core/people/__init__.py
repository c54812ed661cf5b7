# SPDX-License-Identifier: MIT
"""People: their consent, what happens to them, their mood, and who of them speaks."""
