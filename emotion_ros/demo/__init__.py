# SPDX-License-Identifier: MIT
"""The scripted demonstration: storyboard, source, evaluation, terminal view."""
