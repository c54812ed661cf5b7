# SPDX-License-Identifier: MIT
"""Times, means and conflicts of a session, by person."""

from math import isnan

import pytest

from emotion_ros.bag.track import MAX_GAP_S
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.sessions.summary import NUMBERS, PERSON, SESSION, SessionSummary


def state(
    person_id: str = 'face_1',
    emotion: Emotion = Emotion.HAPPY,
    valence: float = 0.5,
    conflict: bool = False,
    reason: Reason = Reason.NONE,
) -> EmotionState:
    return EmotionState(
        0.0,
        Status.OK,
        reason,
        person_id=person_id,
        emotion=emotion,
        valence=valence,
        arousal=valence,
        conflict=conflict,
    )


def summary(*moments):
    taken = SessionSummary()
    for at_s, *states in moments:
        taken.add(states, at_s)
    return {(row['scope'], row['person_id']): row for row in taken.records()}


def test_no_states_give_no_rows():
    assert summary() == {}


def test_a_state_lasts_until_the_next_unless_that_comes_much_later():
    rows = summary(
        (0.0, state()),
        (0.5, state(emotion=Emotion.SAD, valence=-1.0)),
        (0.75, state(reason=Reason.DWELL)),
        (1.75, state()),
        (2.0 + MAX_GAP_S, state()),
    )
    row = rows[SESSION, '']
    assert (row['time_happy'], row['time_sad'], row['duration']) == (1.5, 0.25, 1.75)
    assert row['time_actionable'] == 0.75
    assert row['valence_mean'] == pytest.approx((1.5 * 0.5 - 0.25) / 1.75)
    assert rows[PERSON, 'face_1'] == {**row, 'scope': PERSON, 'person_id': 'face_1'}
    assert set(row) == {'scope', 'person_id', *NUMBERS}


def test_everybody_has_a_row_from_when_he_was_first_in_view():
    both = state('face_2'), state('face_1')
    rows = summary((0.0, state('')), (1.0, *both), (1.5, *both))
    assert list(rows) == [(SESSION, ''), (PERSON, 'face_2'), (PERSON, 'face_1')]
    assert [row['first_at'] for row in rows.values()] == [0.0, 1.0, 1.0]
    assert [row['duration'] for row in rows.values()] == [1.5, 0.5, 0.5]


def test_a_conflict_counts_when_it_begins():
    conflicts = (False, True, True, False, True, True)
    moments = [(i / 2, state(conflict=conflict)) for i, conflict in enumerate(conflicts)]
    row = summary(*moments)[SESSION, '']
    assert (row['conflicts'], row['conflict_time']) == (2, 1.5)


def test_a_mean_over_nothing_is_nan():
    unknown = state(valence=float('nan'))
    row = summary((0.0, unknown), (1.0, unknown))[SESSION, '']
    assert isnan(row['valence_mean'])
    assert row['duration'] == 1.0
