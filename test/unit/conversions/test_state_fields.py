# SPDX-License-Identifier: MIT
"""States as JSON."""

import json

import pytest

from emotion_ros.conversions.state_fields import state_to_fields, to_json
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.state import EmotionState, Reason, Status
from examples import face, frame, make_fusion, voice


def test_a_state_without_anything_is_mostly_null() -> None:
    said = json.loads(
        to_json(state_to_fields(EmotionState(5.0, Status.NO_INPUT, Reason.NO_INPUT)))
    )
    assert said['header'] == {'stamp': 5.0, 'frame_id': ''}
    assert (said['status'], said['emotion'], said['label']) == (3, 255, 'unknown')
    assert (said['actionable'], said['not_actionable_reason']) == (False, 'no_input')
    assert said['probabilities'] == [None] * 7
    assert (said['valence'], said['arousal'], said['agreement'], said['latency']) == (None,) * 4
    assert said['evidence'] == []


def test_evidence_says_why_it_was_not_used() -> None:
    fusion = make_fusion()
    fusion.add_faces(frame(9.9, face(Emotion.HAPPY)), 10.0)
    fusion.add_evidence(voice(9.8, person_id='face_2'), 10.0)
    said = json.loads(to_json(state_to_fields(fusion.states(10.0)[0], latency_s=0.1)))
    used, unused = said['evidence']
    assert (used['modality'], used['used'], used['reject_reason']) == ('face', True, '')
    assert (unused['modality'], unused['used'], unused['weight']) == ('voice', False, 0.0)
    assert unused['reject_reason'] == 'wrong_person'
    assert unused['age'] == pytest.approx(0.2)
    assert said['latency'] == 0.1


@pytest.mark.parametrize('value', [float('nan'), float('inf'), -float('inf')])
def test_what_is_no_number_is_null(value: float) -> None:
    assert to_json({'a': [value, (value,)]}) == '{"a": [null, [null]]}'
