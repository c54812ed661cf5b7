# SPDX-License-Identifier: MIT
"""States in the words of REP-155."""

import math

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.expression import EXPRESSIONS, Expression, to_expression
from emotion_ros.core.state import EmotionState, Reason, Status

# The constants of hri_msgs/Expression 2.3.2 that stand for our seven.
REP_155 = {'neutral', 'angry', 'sad', 'happy', 'surprised', 'disgusted', 'scared'}


def state(emotion: Emotion, **fields: float) -> EmotionState:
    return EmotionState(0.0, Status.OK, Reason.NONE, emotion=emotion, confidence=0.75, **fields)


def test_nothing_known_is_no_expression():
    assert to_expression(state(Emotion.UNKNOWN)) is None


@pytest.mark.parametrize('emotion', [e for e in Emotion if e is not Emotion.UNKNOWN])
def test_every_emotion_has_a_word_of_its_own(emotion):
    said = to_expression(state(emotion, valence=-0.5, arousal=0.25))
    assert said == Expression(EXPRESSIONS[emotion], -0.5, 0.25, 0.75)
    assert set(EXPRESSIONS.values()) == REP_155


def test_what_was_not_estimated_is_zero():
    said = to_expression(state(Emotion.SAD, valence=math.nan, arousal=math.nan))
    assert said == Expression('sad', 0.0, 0.0, 0.75)
