# SPDX-License-Identifier: MIT
"""How long the long promises are tried: shortly in a test run, as stated by `make promises`."""

import os

AS_STATED = os.environ.get('EMOTION_ROS_PROMISES') == 'as_stated'


def length(stated: float, short: float) -> float:
    """Return the stated length (or number), or the short one of an ordinary test run."""
    return stated if AS_STATED else short
