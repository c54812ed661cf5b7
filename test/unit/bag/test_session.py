# SPDX-License-Identifier: MIT
"""A session keeps what a report needs."""

from dataclasses import replace

import pytest

from emotion_ros.bag.session import Session
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Evidence, Rejection
from emotion_ros.core.observations import FaceObservation, FacesObservation, SourceStatus
from emotion_ros.core.people.events import EventType
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence

UNIFORM = (1 / 7,) * 7
HAPPY = EmotionState(
    0.0, Status.OK, Reason.NONE, person_id='face_1', emotion=Emotion.HAPPY, confidence=0.9
)
NOBODY = EmotionState(0.0, Status.NO_PERSON, Reason.NO_PERSON)


def session_of(*moments: tuple[float, list[EmotionState]]) -> Session:
    session = Session('bag', 0, duration_s=10.0)
    for at_s, states in moments:
        session.add_states(states, at_s)
    return session


def test_everybody_has_a_track_and_the_first_is_in_focus():
    other = replace(HAPPY, person_id='face_2')
    session = session_of((0.0, [other, HAPPY]), (1.0, [NOBODY]))
    assert list(session.people) == ['face_2', 'face_1']
    assert [run.person_id for run in session.focus.runs] == ['face_2', '']
    assert session.states == 2


def test_events_last_until_the_next_change_and_a_loss_does_not_last():
    conflict = replace(HAPPY, conflict=True)
    sad = replace(HAPPY, emotion=Emotion.SAD)
    session = session_of(
        (0.0, [HAPPY]),
        (1.0, [conflict]),
        (2.0, [HAPPY]),
        (3.0, [sad]),
        (3.5, [sad]),
        (4.0, [NOBODY]),
    )
    lasted = [(event.type, session.lasted_s(event)) for event in session.events]
    assert lasted == [
        (EventType.ONSET, 3.0),
        (EventType.CONFLICT, 1.0),
        (EventType.CHANGE, 0.5),
        (EventType.LOST, 0.0),
    ]


def test_faces_are_counted_by_person_and_failures_by_reason():
    session = session_of()
    face = FaceObservation(3, (0.0, 0.0, 1.0, 1.0), 0.9, 0.75, UNIFORM)
    session.add_faces(FacesObservation(0.0, faces=(face,)), '')
    session.add_faces(FacesObservation(0.0), '')
    session.add_faces(FacesObservation(0.0, status=SourceStatus.ERROR), 'model')
    session.add_faces(FacesObservation(0.0, status=SourceStatus.DISABLED), '')
    assert session.frames == 2
    assert {name: list(values) for name, values in session.qualities.items()} == {'face_3': [0.75]}
    assert session.rejects == {('images', 'model'): 1, ('images', 'disabled'): 1}
    assert session.received == {'images': 4}


@pytest.mark.parametrize('states', [[NOBODY], [HAPPY]])
def test_one_state_is_a_session(states):
    session = session_of((0.0, states))
    assert len(session.focus.runs) == 1


def spoken(stamp_s: float, emotion: Emotion, **changes) -> EmotionState:
    probabilities = tuple(0.7 if i == emotion else 0.05 for i in range(7))
    evidence = Evidence('voice', stamp_s, probabilities, person_id='face_1')
    voice = WeighedEvidence(evidence, 0.3, 0.2, Rejection.NONE)
    return replace(HAPPY, evidence=(replace(voice, **changes),))


def test_every_result_of_the_voice_that_counted_is_kept_once():
    sad = spoken(0.8, Emotion.SAD)
    session = session_of(
        (1.0, [sad]),
        (1.1, [sad]),
        (2.0, [spoken(1.8, Emotion.ANGRY, rejection=Rejection.STALE)]),
        (3.0, [spoken(2.9, Emotion.HAPPY)]),
    )
    voices = [(v.at_s, v.person_id, v.emotion, v.confidence) for v in session.voices]
    assert voices == [(1.0, 'face_1', Emotion.SAD, 0.7), (3.0, 'face_1', Emotion.HAPPY, 0.7)]
