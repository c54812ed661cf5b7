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


class StampResolution:
    """Detects a source that stamps in whole seconds, or puts milliseconds for nanoseconds.

    Such stamps are up to a second behind, or ahead when they are rounded or the clock of the
    source is ahead. Stamps of a slow source or a simulation may fall on
    whole seconds, too: only two in the same one show it, and only near to the clock.
    """

    LARGEST_NS = 1_000
    FARTHEST_S = 2.0
    MOST_AHEAD_S = 1.0

    def __init__(self) -> None:
        self._second: int | None = None
        self.is_coarse = False

    def add(self, sec: int, nanosec: int, now_s: float) -> bool:
        """Add the stamp of a message received at ``now_s``; return whether stamps are coarse."""
        is_near = -self.MOST_AHEAD_S <= now_s - sec < self.FARTHEST_S
        if nanosec >= self.LARGEST_NS or not is_near:
            self._second, self.is_coarse = None, False
        else:
            self.is_coarse |= sec == self._second
            self._second = sec
        return self.is_coarse
