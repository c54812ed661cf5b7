# SPDX-License-Identifier: MIT
"""Latencies, rates and gaps of messages made up here."""

from types import SimpleNamespace

import pytest

from benchmarks.figure import NotMeasured
from benchmarks.message_stats import (
    ReceivedMessage,
    age_growth_ms_s,
    first_states,
    longest_gap_ms,
    processed_percent,
    rate_hz,
    require_faces,
    stamped_between,
    states_with,
)
from emotion_ros.core.observations import SourceStatus
from emotion_ros.core.state import Status


def state(stamp_s, status=Status.OK, age_s=0.0):
    return ReceivedMessage(SimpleNamespace(status=int(status)), stamp_s, age_s, 0.0)


def faces(count, status=SourceStatus.OK):
    return ReceivedMessage(
        SimpleNamespace(status=int(status), faces=[None] * count), 1.0, 0.0, 0.0
    )


@pytest.mark.parametrize(
    ('states', 'firsts'),
    [
        ([], []),
        ([state(1.0)], []),
        ([state(1.0), state(1.0), state(2.0), state(2.0), state(3.0)], [2.0, 3.0]),
        ([state(1.0), state(2.0, Status.HOLDING), state(3.0)], [3.0]),
        ([state(1.0, Status.NO_PERSON), state(2.0, Status.NO_PERSON)], [2.0]),
    ],
)
def test_periodic_states_without_new_evidence_do_not_count(states, firsts):
    assert [s.stamp_s for s in first_states(states)] == firsts


@pytest.mark.parametrize(
    ('published', 'processed', 'expected'),
    [([], [], 0.0), ([1.0, 2.0], [], 0.0), ([1.0, 2.0], [2.0], 50.0), ([1.0], [1.0, 9.0], 100.0)],
)
def test_frames_are_processed_or_not(published, processed, expected):
    assert processed_percent([state(stamp_s) for stamp_s in processed], published) == expected


@pytest.mark.parametrize('states', [[], [state(1.0)]])
def test_a_rate_needs_two_messages(states):
    with pytest.raises(NotMeasured):
        rate_hz(states)
    with pytest.raises(NotMeasured):
        longest_gap_ms(states)


def test_rate_and_gap_are_of_the_arrivals():
    states = [state(0.0, age_s=0.1), state(0.1, age_s=0.1), state(0.2, age_s=0.2)]
    assert rate_hz(states) == pytest.approx(2 / 0.3)
    assert longest_gap_ms(states) == pytest.approx(200.0)


@pytest.mark.parametrize(
    ('ages_s', 'expected'),
    [([5.0, 5.0], 0.0), ([1.0, 3.0], 2000.0), ([9.0, 7.0, 5.0], -2000.0), ([0.0, 3.0, 0.0], 0.0)],
)
def test_growth_is_the_slope_of_the_age(ages_s, expected):
    messages = [state(float(n), age_s=age_s) for n, age_s in enumerate(ages_s)]
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
    states = [state(1.0), state(2.0000001), state(3.0)]
    assert stamped_between(states, 1.5, 2.5) == [states[1]]
    assert states_with(states, state(2.0)) == [states[1]]
