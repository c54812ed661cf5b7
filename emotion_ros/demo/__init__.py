# SPDX-License-Identifier: MIT
"""The scripted demo: storyboard, source node, observer, evaluation, terminal."""
