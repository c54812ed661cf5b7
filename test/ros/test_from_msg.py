# SPDX-License-Identifier: MIT
"""A published state can be read back: nothing is lost, nothing unknown gets in."""

from dataclasses import replace

import pytest

from emotion_ros.conversions.from_msg import msg_to_state
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Evidence, Rejection
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import EmotionEvidence
from emotion_ros.nodes.messages.to_msg import state_to_msg

# Every number is a float32.
P = (0.0, 0.125, 0.125, 0.5, 0.125, 0.125, 0.0)
FACE = Evidence('face', 7.25, P, 0.75, 'face_3', 'resnet', 'Happy (50%)')
STATE = EmotionState(
    stamp_s=7.5,
    status=Status.OK,
    reason=Reason.CONFLICT,
    frame_id='camera',
    person_id='face_3',
    emotion=Emotion.HAPPY,
    confidence=0.5,
    duration_s=1.5,
    probabilities=P,
    valence=0.25,
    arousal=-0.5,
    evidence=(
        WeighedEvidence(FACE, 0.875, 0.25, Rejection.NONE),
        WeighedEvidence(replace(FACE, modality='text'), 0.0, 9.0, Rejection.STALE),
    ),
    agreement=0.375,
    conflict=True,
    summary='Vision: Happy (50%)',
)


@pytest.mark.parametrize('status', Status)
def test_a_state_survives_its_message(status):
    state = replace(STATE, status=status)
    # since Python 3.13 a dataclass with a NaN is not equal to its copy
    assert repr(msg_to_state(state_to_msg(state, now_s=8.0))) == repr(state)


@pytest.mark.parametrize(
    ('field', 'value', 'error'),
    [
        ('status', 9, '9 is no Status'),
        ('emotion', 7, '7 is no Emotion'),
        ('not_actionable_reason', 'tired', "'tired' is no Reason"),
        ('evidence', [EmotionEvidence(reject_reason='ugly')], "'ugly' is no Rejection"),
    ],
)
def test_an_unknown_value_is_rejected(field, value, error):
    msg = state_to_msg(STATE, now_s=8.0)
    setattr(msg, field, value)
    with pytest.raises(InvalidInput, match=error):
        msg_to_state(msg)
