# SPDX-License-Identifier: MIT
"""Times, means and conflicts of a session, by person."""

from dataclasses import replace
from math import isnan

import numpy as np
import pytest

from emotion_ros.bag.track import MAX_GAP_S
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Evidence, Rejection
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence
from emotion_ros.sessions.summary import (
    NUMBERS,
    PERSON,
    SESSION,
    VOICE_REJECTED,
    SessionSummary,
)


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
    assert set(row) == {'scope', 'person_id', *NUMBERS, VOICE_REJECTED}


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


def voice(stamp_s: float, emotion: Emotion, rejection: Rejection = Rejection.NONE):
    probabilities = tuple(np.full(7, 0.05) + 0.65 * np.eye(7)[emotion])
    evidence = Evidence('voice', stamp_s, probabilities, person_id='face_1')
    return WeighedEvidence(evidence, 0.0 if rejection else 0.5, 0.0, rejection)


def test_the_voice_of_a_person_has_number_time_means_and_rejects():
    angry, sad = voice(0.9, Emotion.ANGRY), voice(2.0, Emotion.SAD)
    unbound = voice(2.5, Emotion.SAD, Rejection.WRONG_PERSON)
    moments = [(), (angry,), (angry,), (sad,), (unbound,), (unbound,)]
    rows = summary(
        *((float(i), replace(state(), evidence=evidence)) for i, evidence in enumerate(moments))
    )
    row = rows[PERSON, 'face_1']
    assert (row['voice_results'], row['voice_time']) == (2, 3.0)
    assert row['voice_angry'] == row['voice_sad'] == pytest.approx(0.375)
    assert row['voice_happy'] == pytest.approx(0.05)
    assert row[VOICE_REJECTED] == {'wrong_person': 1}


def test_without_a_voice_there_are_no_means():
    row = summary((0.0, state()), (1.0, state()))[SESSION, '']
    assert (row['voice_results'], row['voice_time'], row[VOICE_REJECTED]) == (0, 0.0, {})
    assert isnan(row['voice_happy'])
