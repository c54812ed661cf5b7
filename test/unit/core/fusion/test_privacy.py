# SPDX-License-Identifier: MIT
"""Of a paused person the fusion keeps and says nothing; words outlast the loss of a face."""

from math import isnan

import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.evidence import Rejection
from emotion_ros.core.people.privacy import PrivacyMode
from emotion_ros.core.state import Reason, Status
from examples import face, frame, make_fusion, voice, words

ANGRY, HAPPY, NEGATIVE = Emotion.ANGRY, Emotion.HAPPY, Sentiment.NEGATIVE
LEFT, RIGHT = {'box_xyxy': (0.0, 0.3, 0.4, 0.7)}, {'box_xyxy': (0.7, 0.4, 0.9, 0.6)}


def two_people(at_s: float = 0.0):
    """Return a fusion that sees face_1, large and angry, and face_2, happy."""
    fusion = make_fusion()
    fusion.add_faces(both(at_s), at_s)
    return fusion


def both(at_s: float):
    return frame(at_s, face(ANGRY, 1, **LEFT), face(HAPPY, 2, **RIGHT))


def test_a_paused_person_has_a_state_without_values_at_once():
    fusion = two_people()
    fusion.add_text(words(0.0, NEGATIVE, ANGRY), 0.0)
    fusion.add_evidence(voice(0.0, person_id='face_1'), 0.0)
    fusion.privacy.set('face_1', PrivacyMode.PAUSED)
    paused, other = fusion.states(0.1)
    assert (paused.person_id, paused.status, paused.reason) == (
        'face_1',
        Status.PAUSED,
        Reason.PAUSED,
    )
    assert paused.emotion is Emotion.UNKNOWN
    assert all(map(isnan, (*paused.probabilities, paused.valence, paused.arousal)))
    assert paused.evidence == ()
    assert paused.summary == 'Paused by request'
    assert (other.person_id, other.status, other.emotion) == ('face_2', Status.OK, HAPPY)
    assert {w.evidence.person_id for w in other.evidence} == {'face_2'}


def test_what_came_before_the_pause_does_not_come_back_after_it():
    fusion = two_people()
    fusion.privacy.set('face_1', PrivacyMode.PAUSED)
    fusion.states(0.1)
    fusion.privacy.set('face_1', PrivacyMode.FULL)
    assert fusion.states(0.2)[0].evidence == ()
    fusion.add_faces(both(0.3), 0.3)
    assert fusion.states(0.3)[0].emotion is ANGRY


@pytest.mark.parametrize(
    ('mode', 'person', 'expected'),
    [
        (PrivacyMode.FULL, '', ('wrong_person', 'wrong_person')),
        (PrivacyMode.NO_TEXT, 'face_1', ('paused', '')),
        (PrivacyMode.NO_TEXT, '', ('paused', 'wrong_person')),
        (PrivacyMode.NO_TEXT, 'face_2', ('', '')),
        (PrivacyMode.PAUSED, 'face_1', ('paused', 'paused')),
        (PrivacyMode.PAUSED, '', ('paused', 'paused')),
        (PrivacyMode.PAUSED, 'face_2', ('', '')),
    ],
)
def test_words_and_other_evidence_count_as_the_speaker_consents(mode, person, expected):
    fusion = two_people()
    fusion.privacy.set('face_1', mode)
    text = fusion.add_text(words(0.1, NEGATIVE, ANGRY, person_id=person), 0.1)
    other = fusion.add_evidence(voice(0.1, person_id=person), 0.1)
    assert (text.value, other.value) == expected


def test_an_opt_out_in_words_pauses_everybody_who_may_have_said_it():
    fusion = two_people()
    asked = words(0.1, NEGATIVE, ANGRY, rejection=Rejection.OPT_OUT)
    assert fusion.add_text(asked, 0.1) is Rejection.OPT_OUT
    states = fusion.states(0.1)
    assert {s.status for s in states} == {Status.PAUSED}
    assert states[0].summary == 'Paused: asked for it in words'


def test_the_pause_holds_when_the_face_is_found_again_under_another_id():
    fusion = two_people()
    fusion.privacy.set('face_1', PrivacyMode.PAUSED)
    fusion.add_faces(frame(1.0, face(HAPPY, 2, **RIGHT)), 1.0)
    fusion.add_faces(frame(1.5, face(HAPPY, 2, **RIGHT), face(ANGRY, 3, **LEFT)), 1.5)
    states = {s.person_id: s.status for s in fusion.states(1.5)}
    assert states == {'face_2': Status.OK, 'face_3': Status.PAUSED}


def test_fifty_people_may_all_be_paused():
    fusion = make_fusion()
    faces = [face(HAPPY, n) for n in range(50)]
    fusion.add_faces(frame(0.0, *faces), 0.0)
    for n in range(50):
        assert not fusion.privacy.set(f'face_{n}', PrivacyMode.PAUSED)
    fusion.add_faces(frame(0.1, *faces), 0.1)
    assert [s.status for s in fusion.states(0.1)] == [Status.PAUSED] * 50


@pytest.mark.parametrize(
    ('found_s', 'box', 'used'),
    [
        (0.5, (0.0, 0.3, 0.4, 0.7), True),
        (1.5, (0.05, 0.3, 0.45, 0.7), True),  # after the person had left the view
        (4.0, (0.0, 0.3, 0.4, 0.7), False),  # too long ago
        (1.5, (0.6, 0.3, 1.0, 0.7), False),  # elsewhere
    ],
)
def test_words_survive_the_loss_of_a_face_that_is_found_again(found_s, box, used):
    fusion = make_fusion()
    fusion.add_faces(frame(0.0, face(HAPPY, 1, **LEFT)), 0.0)
    fusion.add_text(words(0.1, NEGATIVE, ANGRY, person_id='face_1'), 0.1)
    for tenth in range(1, int(found_s * 10)):
        fusion.add_faces(frame(tenth / 10), tenth / 10)
        fusion.states(tenth / 10)
    fusion.add_faces(frame(found_s, face(HAPPY, 2, box_xyxy=box)), found_s)
    [state] = fusion.states(found_s)
    text = [w for w in state.evidence if w.evidence.modality == 'text']
    assert any(w.used for w in text) is used
