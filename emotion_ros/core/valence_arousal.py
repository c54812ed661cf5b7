# SPDX-License-Identifier: MIT
"""Valence and arousal, and the sentiment that an emotion implies."""

import numpy as np

from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.core.evidence import Probabilities

# Pleasure and arousal of the emotion words as rated in Russell & Mehrabian 1977, "Evidence for a
# three-factor theory of emotions", J. Research in Personality 11; neutral is the origin.
VALENCE_AROUSAL = {
    Emotion.ANGRY: (-0.51, 0.59),
    Emotion.DISGUST: (-0.60, 0.35),
    Emotion.FEAR: (-0.64, 0.60),
    Emotion.HAPPY: (0.81, 0.51),
    Emotion.NEUTRAL: (0.0, 0.0),
    Emotion.SAD: (-0.63, -0.27),
    Emotion.SURPRISE: (0.40, 0.67),
}
_COORDINATES = np.array([VALENCE_AROUSAL[Emotion(i)] for i in range(len(EMOTIONS))])
_PLEASANT = Emotion.HAPPY
_UNPLEASANT = [Emotion.ANGRY, Emotion.DISGUST, Emotion.FEAR, Emotion.SAD]


def valence_arousal(probabilities: Probabilities) -> tuple[float, float]:
    """Return the expected (valence, arousal), each in -1..1, of a distribution over emotions."""
    valence, arousal = np.asarray(probabilities) @ _COORDINATES
    return float(valence), float(arousal)


def pleasant_unpleasant(probabilities: Probabilities) -> tuple[Probabilities, Probabilities]:
    """Return P(pleasant) and P(unpleasant) of distributions [..., 7], each [...].

    Neutral and surprise count for neither.
    """
    p = np.asarray(probabilities)
    return p[..., _PLEASANT], p[..., _UNPLEASANT].sum(axis=-1)
