# SPDX-License-Identifier: MIT
"""A state in the terms of REP-155 (ROS4HRI), as hri_msgs/Expression has them."""

from dataclasses import dataclass
from math import isfinite

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.state import EmotionState

EXPRESSIONS = {
    Emotion.ANGRY: 'angry',
    Emotion.DISGUST: 'disgusted',
    Emotion.FEAR: 'scared',
    Emotion.HAPPY: 'happy',
    Emotion.NEUTRAL: 'neutral',
    Emotion.SAD: 'sad',
    Emotion.SURPRISE: 'surprised',
}


@dataclass(frozen=True)
class Expression:
    """What one person expresses; ``confidence`` 0..1, ``valence`` and ``arousal`` -1..1."""

    expression: str
    valence: float
    arousal: float
    confidence: float


def to_expression(state: EmotionState) -> Expression | None:
    """Return the state's expression; None for UNKNOWN, which REP-155 cannot express.

    Valence and arousal that were not estimated become 0: the message has no other value for that.
    """
    if state.emotion is Emotion.UNKNOWN:
        return None
    return Expression(
        expression=EXPRESSIONS[state.emotion],
        valence=_finite(state.valence),
        arousal=_finite(state.arousal),
        confidence=state.confidence,
    )


def _finite(value: float) -> float:
    return value if isfinite(value) else 0.0
