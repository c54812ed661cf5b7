# SPDX-License-Identifier: MIT
"""Seconds to stamps and durations; the way back is stamp_to_seconds in conversions/from_msg.py."""

from builtin_interfaces.msg import Duration, Time

from emotion_ros.core.units import NANOSECONDS


def seconds_to_stamp(seconds: float) -> Time:
    """Return seconds >= 0 as a stamp."""
    sec, nanosec = divmod(round(max(float(seconds), 0.0) * NANOSECONDS), NANOSECONDS)
    return Time(sec=sec, nanosec=nanosec)


def seconds_to_duration(seconds: float) -> Duration:
    """Return seconds >= 0 as a duration."""
    stamp = seconds_to_stamp(seconds)
    return Duration(sec=stamp.sec, nanosec=stamp.nanosec)
