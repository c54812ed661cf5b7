# SPDX-License-Identifier: MIT
"""A session keeps what a report needs."""

import pytest

from emotion_ros.bag.session import FOCUS, MOST_SAMPLES, Session, Track
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Evidence, Rejection
from emotion_ros.core.observations import FaceObservation, FacesObservation, SourceStatus
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence

UNIFORM = (1 / 7,) * 7


def point(t: float, label: str = 'happy') -> dict:
    words = {'status': 'ok', 'conflict': False, 'actionable': True, 'person_id': 'face_1'}
    return {'t': t, 'label': label, **words}


def happy(person_id: str = 'face_1', evidence=()) -> EmotionState:
    return EmotionState(
        0.0,
        Status.OK,
        Reason.NONE,
        person_id=person_id,
        emotion=Emotion.HAPPY,
        evidence=tuple(evidence),
    )


def rejected(stamp_s: float, reason: Rejection = Rejection.STALE) -> WeighedEvidence:
    return WeighedEvidence(Evidence('text', stamp_s, UNIFORM), 0.0, 1.0, reason)


@pytest.mark.parametrize(
    ('points', 'kept'),
    [
        ([], []),
        ([(0.0, 'a')], [0.0]),
        ([(t / 10, 'a') for t in range(21)], [0.0, 1.0, 2.0]),
        ([(0.0, 'a'), (0.1, 'a'), (0.2, 'b'), (0.3, 'b')], [0.0, 0.1, 0.2]),
        ([(0.0, 'a'), (0.1, 'b'), (0.2, 'a')], [0.0, 0.1, 0.2]),
        ([(0.0, 'a'), (5.0, 'a')], [0.0, 5.0]),
    ],
)
def test_a_track_keeps_every_change_and_a_few_between(points, kept):
    track = Track(step_s=1.0)
    for t, label in points:
        track.add(point(t, label))
    assert [sample['t'] for sample in track.samples] == kept


def test_a_long_session_stays_small():
    session = Session('bag', 'recorded', duration_s=3600.0)
    for number in range(36_000):
        session.add_states([happy()], number / 10)
    assert len(session.tracks[FOCUS].samples) <= MOST_SAMPLES
    assert session.states == 36_000


def test_everybody_has_a_track_and_the_first_is_in_focus():
    session = Session('bag', 'recorded', duration_s=10.0)
    session.add_states([happy('face_2'), happy('face_1')], 0.0)
    session.add_states([happy('')], 1.0)
    assert list(session.tracks) == [FOCUS, 'face_2', 'face_1']
    assert [s['person_id'] for s in session.tracks[FOCUS].samples] == ['face_2', '']


def test_the_same_evidence_is_rejected_once():
    session = Session('bag', 'recorded', duration_s=10.0)
    for at_s, evidence in enumerate([rejected(1.0), rejected(1.0), rejected(2.0)]):
        session.add_states([happy(evidence=[evidence])], float(at_s))
    session.add_states([happy(evidence=[rejected(2.0, Rejection.INVALID)])], 4.0)
    assert session.rejects == {('text', 'stale'): 2, ('text', 'invalid'): 1}


def test_faces_are_counted_by_person_and_failures_by_reason():
    session = Session('bag', 'recorded', duration_s=10.0)
    face = FaceObservation(3, (0.0, 0.0, 1.0, 1.0), 0.9, 0.7, UNIFORM)
    session.add_faces(FacesObservation(0.0, faces=(face,)), '')
    session.add_faces(FacesObservation(0.0), '')
    session.add_faces(FacesObservation(0.0, status=SourceStatus.ERROR), 'model')
    session.add_faces(FacesObservation(0.0, status=SourceStatus.DISABLED), '')
    assert (session.frames, session.qualities) == (2, {'face_3': [0.7]})
    assert session.rejects == {('face', 'model'): 1, ('face', 'disabled'): 1}
