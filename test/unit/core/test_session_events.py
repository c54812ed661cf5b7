# SPDX-License-Identifier: MIT
"""The turning points of a session."""

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.session_events import Chronicle, Kind
from emotion_ros.core.state import EmotionState, Reason, Status

HAPPY, SAD, UNKNOWN = Emotion.HAPPY, Emotion.SAD, Emotion.UNKNOWN


def person(name: str, emotion: Emotion = HAPPY, conflict: bool = False) -> EmotionState:
    return EmotionState(
        0.0, Status.OK, Reason.NONE, person_id=name, emotion=emotion, conflict=conflict
    )


NOBODY = EmotionState(0.0, Status.NO_PERSON, Reason.NO_PERSON)
A, A_SAD, A_UNSURE = person('a'), person('a', SAD), person('a', UNKNOWN)
A_TORN, B = person('a', conflict=True), person('b', SAD)


@pytest.mark.parametrize(
    ('moments', 'expected'),
    [
        ([], []),
        ([[NOBODY], [NOBODY]], []),
        ([[A]], [(Kind.ONSET, 0, 'a')]),
        ([[A], [A], [A]], [(Kind.ONSET, 0, 'a')]),
        ([[A_UNSURE], [A]], [(Kind.ONSET, 1, 'a')]),
        ([[A], [A_SAD]], [(Kind.ONSET, 0, 'a'), (Kind.CHANGE, 1, 'a')]),
        ([[A], [A_UNSURE], [A]], [(Kind.ONSET, 0, 'a'), (Kind.ONSET, 2, 'a')]),
        ([[A], [A_TORN], [A_TORN]], [(Kind.ONSET, 0, 'a'), (Kind.CONFLICT, 1, 'a')]),
        ([[A], [NOBODY], [NOBODY]], [(Kind.ONSET, 0, 'a'), (Kind.LOST, 1, 'a')]),
        (
            [[A], [A, B], [B, A], [B]],
            [(Kind.ONSET, 0, 'a'), (Kind.ONSET, 1, 'b'), (Kind.LOST, 3, 'a')],
        ),
        ([[person('')], [NOBODY], [person('')]], [(Kind.ONSET, 0, ''), (Kind.ONSET, 2, '')]),
        ([[person('')], [A]], [(Kind.ONSET, 0, ''), (Kind.ONSET, 1, 'a')]),
    ],
)
def test_what_happens_is_told_once_and_by_person(moments, expected):
    chronicle = Chronicle()
    found = [h for t, states in enumerate(moments) for h in chronicle.update(states, float(t))]
    assert [(h.kind, h.at_s, h.person_id) for h in found] == expected


def test_who_was_lost_is_told_with_the_last_state():
    chronicle = Chronicle()
    chronicle.update([A], 0.0)
    [lost] = chronicle.update([NOBODY], 1.0)
    assert (lost.kind, lost.state) == (Kind.LOST, A)
