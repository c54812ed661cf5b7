# SPDX-License-Identifier: MIT
"""What an input's stamp is worth when it arrives."""

import pytest

from emotion_ros.core.stamp_check import StampResolution, check_stamp
from emotion_ros.errors import InvalidInput

MAX_AGE_S, MAX_FUTURE_S = 1.0, 0.5


@pytest.mark.parametrize(
    ('stamp_s', 'now_s', 'accepted_s'),
    [
        (0.0, 0.0, 0.0),
        (0.0, 50.0, 50.0),
        (50.0, 0.0, 50.0),
        (50.0, 50.0, 50.0),
        (49.0, 50.0, 49.0),
        (50.5, 50.0, 50.5),
    ],
)
def test_a_fitting_stamp_counts_and_a_missing_one_is_the_arrival(
    stamp_s: float, now_s: float, accepted_s: float
) -> None:
    assert check_stamp(stamp_s, now_s, MAX_AGE_S, MAX_FUTURE_S) == accepted_s


@pytest.mark.parametrize(('stamp_s', 'reason'), [(48.99, 'stale'), (50.51, 'future')])
def test_a_stamp_too_far_from_the_arrival_is_refused(stamp_s: float, reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_stamp(stamp_s, 50.0, MAX_AGE_S, MAX_FUTURE_S)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ('source', 'stamps', 'expected'),
    [
        ('none', [], False),
        ('seconds only', [(50, 0, 50.1), (50, 0, 50.2)], True),
        ('milliseconds as nanoseconds', [(50, 100, 50.1), (50, 933, 50.93)], True),
        ('rounded', [(50, 0, 50.4), (51, 0, 50.6), (51, 0, 51.4)], True),
        ('rounded, next second', [(51, 0, 50.9), (51, 0, 51.4), (52, 0, 51.6)], True),
        ('a clock 0.1 s ahead', [(50, 0, 50.8), (50, 0, 50.89), (51, 0, 50.95)], True),
        ('one a second', [(50, 0, 50.1), (51, 0, 51.1), (52, 0, 52.1)], False),
        ('fine', [(50, 0, 50.1), (50, 66_000_000, 50.1)], False),
        ('fine again', [(50, 0, 50.1), (50, 0, 50.2), (51, 66_000_000, 51.1)], False),
        ('counted from power-on', [(60, 0, 1e9), (60, 0, 1e9)], False),
    ],
)
def test_stamps_in_whole_seconds_are_detected(source, stamps, expected) -> None:
    """Turns red when only the stamp of one message is looked at."""
    resolution = StampResolution()
    for sec, nanosec, now_s in stamps:
        resolution.add(sec, nanosec, now_s)
    assert resolution.is_coarse is expected
