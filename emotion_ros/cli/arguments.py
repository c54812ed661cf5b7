# SPDX-License-Identifier: MIT
"""Argument types that several commands share."""

import argparse

from emotion_ros.sandbox.domain import LARGEST_DOMAIN


def domain_id(text: str) -> int:
    """Return a ROS_DOMAIN_ID; ArgumentTypeError when the text is none."""
    if not text.isdecimal() or int(text) > LARGEST_DOMAIN:
        raise argparse.ArgumentTypeError(f'{text!r} is not within 0 to {LARGEST_DOMAIN}')
    return int(text)
