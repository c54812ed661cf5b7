# SPDX-License-Identifier: MIT
"""The events of people."""

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.people.events import EventDetector, EventType
from emotion_ros.core.state import EmotionState, Reason, Status

HAPPY, SAD, UNKNOWN = Emotion.HAPPY, Emotion.SAD, Emotion.UNKNOWN
NEUTRAL = Emotion.NEUTRAL
IN, ON, CHANGE, OFF = EventType.APPEARED, EventType.ONSET, EventType.CHANGE, EventType.OFFSET
TORN, OUT = EventType.CONFLICT, EventType.LOST


def person(name: str, emotion: Emotion = HAPPY, conflict: bool = False) -> EmotionState:
    return EmotionState(
        0.0, Status.OK, Reason.NONE, person_id=name, emotion=emotion, conflict=conflict
    )


NOBODY = EmotionState(0.0, Status.NO_PERSON, Reason.NO_PERSON)
A, A_SAD, A_UNSURE = person('a'), person('a', SAD), person('a', UNKNOWN)
A_CALM, A_TORN, B = person('a', NEUTRAL), person('a', conflict=True), person('b', SAD)
A_PAUSED = EmotionState(0.0, Status.PAUSED, Reason.PAUSED, person_id='a')


@pytest.mark.parametrize(
    ('moments', 'expected'),
    [
        ([], []),
        ([[NOBODY], [NOBODY]], []),
        ([[A]], [(IN, 0, 'a'), (ON, 0, 'a')]),
        ([[A], [A], [A]], [(IN, 0, 'a'), (ON, 0, 'a')]),
        ([[A_UNSURE], [A]], [(IN, 0, 'a'), (ON, 1, 'a')]),
        ([[A_UNSURE], [A_CALM], [A_UNSURE]], [(IN, 0, 'a')]),
        ([[A_CALM], [A], [A_CALM]], [(IN, 0, 'a'), (ON, 1, 'a'), (OFF, 2, 'a')]),
        ([[A], [A_SAD]], [(IN, 0, 'a'), (ON, 0, 'a'), (CHANGE, 1, 'a')]),
        ([[A], [A_UNSURE]], [(IN, 0, 'a'), (ON, 0, 'a'), (OFF, 1, 'a')]),
        ([[A], [A_TORN], [A_TORN]], [(IN, 0, 'a'), (ON, 0, 'a'), (TORN, 1, 'a')]),
        ([[A], [NOBODY], [NOBODY]], [(IN, 0, 'a'), (ON, 0, 'a'), (OUT, 1, 'a')]),
        (
            [[A], [A, B], [B, A], [B]],
            [(IN, 0, 'a'), (ON, 0, 'a'), (IN, 1, 'b'), (ON, 1, 'b'), (OUT, 3, 'a')],
        ),
        ([[person('')], [NOBODY], [person('')]], [(ON, 0, ''), (OFF, 1, ''), (ON, 2, '')]),
        ([[person('')], [A]], [(ON, 0, ''), (IN, 1, 'a'), (ON, 1, 'a')]),
        ([[A_PAUSED], [NOBODY]], []),
        ([[A], [A_PAUSED], [NOBODY]], [(IN, 0, 'a'), (ON, 0, 'a')]),
        ([[A_PAUSED], [A]], [(IN, 1, 'a'), (ON, 1, 'a')]),
    ],
)
def test_an_event_is_reported_once_and_by_person(moments, expected):
    detector = EventDetector()
    found = [e for t, states in enumerate(moments) for e in detector.update(states, float(t))]
    assert [(event.type, event.at_s, event.person_id) for event in found] == expected


def test_a_lost_person_is_reported_with_the_last_state_and_the_time_in_view():
    detector = EventDetector()
    detector.update([A], 0.0)
    [lost] = detector.update([NOBODY], 1.5)
    assert (lost.type, lost.state, lost.ended_s) == (OUT, A, 1.5)
    assert (lost.from_emotion, lost.to_emotion) == (HAPPY, UNKNOWN)


def test_a_change_says_from_what_to_what_and_how_long_it_had_lasted():
    detector = EventDetector()
    detector.update([A], 0.0)
    detector.update([A], 2.0)
    [change] = detector.update([A_SAD], 3.0)
    assert (change.from_emotion, change.to_emotion, change.ended_s) == (HAPPY, SAD, 3.0)


def test_after_a_backward_jump_of_the_clock_everybody_appears_anew():
    detector = EventDetector()
    detector.update([A], 100.0)
    assert [event.type for event in detector.update([A], 5.0)] == [IN, ON]
