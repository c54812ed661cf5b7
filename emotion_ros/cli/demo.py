# SPDX-License-Identifier: MIT
"""``emotion-ros demo``."""

from emotion_ros.demo.command import add_parser

__all__ = ['add_parser']
