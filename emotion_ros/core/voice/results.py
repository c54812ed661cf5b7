# SPDX-License-Identifier: MIT
"""What the voice of one person said over a session."""

from math import nan

import numpy as np

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.evidence import VOICE
from emotion_ros.core.state import EmotionState, WeighedEvidence


def find_voice(state: EmotionState) -> WeighedEvidence | None:
    """Return the newest evidence of a voice that counts in a state; None without any."""
    voices = (w for w in state.evidence if w.evidence.modality == VOICE and w.used)
    return max(voices, key=lambda w: w.evidence.stamp_s, default=None)


class VoiceResults:
    """Number, time and mean of the results of a voice; a result is in many states.

    ``number`` counts results, one per second of speech; ``time_s`` is how long one counted.
    """

    def __init__(self) -> None:
        self.number = 0
        self.time_s = 0.0
        self._sum = np.zeros(len(EMOTIONS))
        self._latest_s = float('-inf')

    def add(self, state: EmotionState) -> None:
        """Take the voice of the next state, if it is a new one."""
        found = find_voice(state)
        if found is not None and found.evidence.stamp_s > self._latest_s:
            self._latest_s = found.evidence.stamp_s
            self.number += 1
            self._sum += found.evidence.probabilities

    def means(self) -> dict[str, float]:
        """Return the mean probability of each emotion over the results; NaN without any."""
        means = self._sum / self.number if self.number else [nan] * len(EMOTIONS)
        return {name: float(mean) for name, mean in zip(EMOTIONS, means, strict=True)}
