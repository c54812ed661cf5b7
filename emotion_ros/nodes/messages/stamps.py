# SPDX-License-Identifier: MIT
"""Seconds to stamps and durations; the way back is stamp_to_seconds in conversions/from_msg.py."""

from builtin_interfaces.msg import Duration, Time
from std_msgs.msg import Header

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.core.units import NANOSECONDS

MAX_STORED = 256
ROUNDING_NS = 1_000  # more than seconds since 1970 are rounded by


def seconds_to_stamp(seconds: float) -> Time:
    """Return seconds >= 0 as a stamp."""
    sec, nanosec = divmod(round(max(float(seconds), 0.0) * NANOSECONDS), NANOSECONDS)
    return Time(sec=sec, nanosec=nanosec)


def seconds_to_duration(seconds: float) -> Duration:
    """Return seconds >= 0 as a duration."""
    stamp = seconds_to_stamp(seconds)
    return Duration(sec=stamp.sec, nanosec=stamp.nanosec)


class ExactStamps:
    """The stamps of recent messages, to repeat them to the nanosecond.

    Seconds since 1970 are exact to 0.2 us only, and message_filters asks for equal stamps.
    """

    def __init__(self) -> None:
        self._exact: dict[tuple[int, int], Time] = {}
        self._before_ns = 0

    def store(self, stamp: Time) -> None:
        """Store the stamp of a message; InvalidInput('bad_stamp') when nanosec is 1e9 or more."""
        rounded = seconds_to_stamp(stamp_to_seconds(stamp))
        self._exact[rounded.sec, rounded.nanosec] = stamp
        if len(self._exact) > MAX_STORED:
            del self._exact[next(iter(self._exact))]

    def restore(self, header: Header) -> None:
        """Replace a stamp that came from seconds by the one it was before."""
        stamp = header.stamp
        header.stamp = self._exact.get((stamp.sec, stamp.nanosec), stamp)

    def keep_in_order(self, header: Header) -> None:
        """Let no rounding put the stamp of a message before that of the message before."""
        stamp_ns = header.stamp.sec * NANOSECONDS + header.stamp.nanosec
        if 0 < self._before_ns - stamp_ns < ROUNDING_NS:
            stamp_ns = self._before_ns
            sec, nanosec = divmod(stamp_ns, NANOSECONDS)
            header.stamp = Time(sec=sec, nanosec=nanosec)
        self._before_ns = stamp_ns
