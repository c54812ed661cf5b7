# SPDX-License-Identifier: MIT
"""Which stamps are accepted: neither too old nor ahead of this clock."""

from emotion_ros.errors import InvalidInput

CLOCK_JUMP_S = 0.5
"""A step back in time by more than this, in seconds, is a jump of the clock: start anew."""


def check_stamp(stamp_s: float, now_s: float, max_age_s: float, max_future_s: float) -> float:
    """Return the stamp of an input that arrived at ``now_s``; both are ROS time in seconds.

    A zero stamp means that the source has no clock: the time of arrival is used. A zero ``now_s``
    means that this node still waits for its clock: nothing can be compared. InvalidInput
    ('stale' or 'future') when the two are too far apart.
    """
    if stamp_s == 0.0 or now_s == 0.0:
        return stamp_s or now_s
    if now_s - stamp_s > max_age_s:
        raise InvalidInput('stale', f'{now_s - stamp_s:.3f} s old')
    if stamp_s - now_s > max_future_s:
        raise InvalidInput('future', f'{stamp_s - now_s:.3f} s ahead')
    return stamp_s
