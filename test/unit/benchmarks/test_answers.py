# SPDX-License-Identifier: MIT
"""What is made of the answers of the nodes, on answers invented here."""

from types import SimpleNamespace

import pytest

from benchmarks.answers import (
    Answer,
    first_states,
    longest_gap_ms,
    percent,
    rate_hz,
    refuse_unseen,
    state_of,
    within,
)
from benchmarks.figure import NotMeasured
from emotion_ros.core.observations import SourceStatus
from emotion_ros.core.state import Status


def state(stamp_s, status=Status.OK, age_s=0.0):
    return Answer(SimpleNamespace(status=int(status)), stamp_s, age_s, 0.0)


def faces(count, status=SourceStatus.OK):
    return Answer(SimpleNamespace(status=int(status), faces=[None] * count), 1.0, 0.0, 0.0)


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
def test_ticks_that_repeat_a_state_do_not_count(states, firsts):
    assert [s.stamp_s for s in first_states(states)] == firsts


@pytest.mark.parametrize(
    ('shown', 'answered', 'expected'),
    [([], [], 0.0), ([1.0, 2.0], [], 0.0), ([1.0, 2.0], [2.0], 50.0), ([1.0], [1.0, 9.0], 100.0)],
)
def test_frames_are_answered_or_not(shown, answered, expected):
    assert percent([state(stamp_s) for stamp_s in answered], shown) == expected


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
    'seen',
    [[], [faces(0)], [faces(1)], [faces(2, SourceStatus.ERROR)], [faces(2)] * 8 + [faces(1)]],
)
def test_a_run_in_which_faces_were_missed_tells_nothing(seen):
    with pytest.raises(NotMeasured, match='2 faces were found in only'):
        refuse_unseen(seen, 2)


def test_one_missed_face_in_ten_is_forgiven():
    refuse_unseen([faces(2)] * 9 + [faces(1)], 2)


def test_answers_are_picked_by_stamp():
    states = [state(1.0), state(2.0000001), state(3.0)]
    assert within(states, 1.5, 2.5) == [states[1]]
    assert state_of(states, state(2.0)) == [states[1]]
