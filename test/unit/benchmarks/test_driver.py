# SPDX-License-Identifier: MIT
"""Latencies, rates and gaps of messages made up here."""

from types import SimpleNamespace

import pytest

from benchmarks.driver import age_growth_ms_s, ages_ms, gaps_ms, require_faces, stamped_between
from benchmarks.figure import NotMeasured
from benchmarks.robot import Received
from emotion_ros.core.observations import SourceStatus


def state(stamp_s, age_s=0.0):
    return Received(stamp_s, stamp_s + age_s, None)


def faces(count, status=SourceStatus.OK):
    return Received(1.0, 1.0, SimpleNamespace(status=int(status), faces=[None] * count))


def test_the_age_of_an_image_is_that_of_its_first_state():
    """Red when ``ages_ms`` takes the last state of a stamp."""
    states = [state(1.0, 0.5), state(1.0, 0.75), state(3.0, 0.25)]
    assert ages_ms([1.0, 2.0, 3.0], states) == [500.0, 250.0]


@pytest.mark.parametrize('states', [[], [state(1.0)]])
def test_a_rate_needs_two_messages(states):
    with pytest.raises(NotMeasured):
        gaps_ms(states)


def test_gaps_are_of_the_arrivals():
    states = [state(0.0, 0.1), state(0.1, 0.1), state(0.2, 0.2)]
    assert gaps_ms(states) == pytest.approx([100.0, 200.0])


@pytest.mark.parametrize(
    ('ages_s', 'expected'),
    [([5.0, 5.0], 0.0), ([1.0, 3.0], 2000.0), ([9.0, 7.0, 5.0], -2000.0), ([0.0, 3.0, 0.0], 0.0)],
)
def test_growth_is_the_slope_of_the_age(ages_s, expected):
    messages = [state(float(n), age_s) for n, age_s in enumerate(ages_s)]
    assert age_growth_ms_s(messages) == pytest.approx(expected)


@pytest.mark.parametrize('stamps_s', [[], [1.0], [1.0, 1.0]])
def test_growth_needs_two_stamps(stamps_s):
    with pytest.raises(NotMeasured, match='growth of the age'):
        age_growth_ms_s([state(stamp_s) for stamp_s in stamps_s])


@pytest.mark.parametrize(
    'messages',
    [[], [faces(0)], [faces(1)], [faces(2, SourceStatus.ERROR)], [faces(2)] * 8 + [faces(1)]],
)
def test_a_run_in_which_faces_were_missed_is_not_measured(messages):
    with pytest.raises(NotMeasured, match='2 faces were found in only'):
        require_faces(messages, 2)


def test_one_missed_face_in_ten_is_accepted():
    require_faces([faces(2)] * 9 + [faces(1)], 2)


def test_messages_are_selected_by_stamp():
    states = [state(1.0), state(2.0), state(3.0)]
    assert stamped_between(states, 1.5, 2.5) == [states[1]]
