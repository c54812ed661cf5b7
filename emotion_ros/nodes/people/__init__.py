# SPDX-License-Identifier: MIT
"""What nodes do for the people in view: privacy, events, sentences for a dialogue."""
