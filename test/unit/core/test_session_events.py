# SPDX-License-Identifier: MIT
"""The events of a session."""

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.session_events import EventDetector, EventType
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
        ([[A]], [(EventType.ONSET, 0, 'a')]),
        ([[A], [A], [A]], [(EventType.ONSET, 0, 'a')]),
        ([[A_UNSURE], [A]], [(EventType.ONSET, 1, 'a')]),
        ([[A], [A_SAD]], [(EventType.ONSET, 0, 'a'), (EventType.CHANGE, 1, 'a')]),
        ([[A], [A_UNSURE], [A]], [(EventType.ONSET, 0, 'a'), (EventType.ONSET, 2, 'a')]),
        ([[A], [A_TORN], [A_TORN]], [(EventType.ONSET, 0, 'a'), (EventType.CONFLICT, 1, 'a')]),
        ([[A], [NOBODY], [NOBODY]], [(EventType.ONSET, 0, 'a'), (EventType.LOST, 1, 'a')]),
        (
            [[A], [A, B], [B, A], [B]],
            [(EventType.ONSET, 0, 'a'), (EventType.ONSET, 1, 'b'), (EventType.LOST, 3, 'a')],
        ),
        (
            [[person('')], [NOBODY], [person('')]],
            [(EventType.ONSET, 0, ''), (EventType.ONSET, 2, '')],
        ),
        ([[person('')], [A]], [(EventType.ONSET, 0, ''), (EventType.ONSET, 1, 'a')]),
    ],
)
def test_an_event_is_reported_once_and_by_person(moments, expected):
    detector = EventDetector()
    found = [e for t, states in enumerate(moments) for e in detector.update(states, float(t))]
    assert [(event.type, event.at_s, event.person_id) for event in found] == expected


def test_a_lost_person_is_reported_with_the_last_state():
    detector = EventDetector()
    detector.update([A], 0.0)
    [lost] = detector.update([NOBODY], 1.0)
    assert (lost.type, lost.state) == (EventType.LOST, A)
