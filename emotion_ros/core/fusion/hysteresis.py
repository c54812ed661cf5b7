# SPDX-License-Identifier: MIT
"""The stable label: hysteresis and a limit on the rate of changes."""

from dataclasses import dataclass

import numpy as np

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Probabilities

HYSTERESIS = 0.1


@dataclass(frozen=True)
class Decision:
    """The label a controller may rely on: its probability now, and how long it has stood (s)."""

    emotion: Emotion
    confidence: float
    duration_s: float


class LabelHysteresis:
    """Keeps a label until another leads it by HYSTERESIS and the last switch is old enough."""

    def __init__(self, max_switch_rate: float) -> None:
        self._min_interval_s = 1.0 / max_switch_rate
        self._emotion = Emotion.UNKNOWN
        self._since_s = 0.0

    def update(self, probabilities: Probabilities, now_s: float) -> Decision:
        """Return the decision at ``now_s`` (seconds, not decreasing) for this distribution."""
        best = Emotion(int(np.argmax(probabilities)))
        if self._emotion is Emotion.UNKNOWN:
            self._emotion, self._since_s = best, now_s
        lead = probabilities[best] - probabilities[self._emotion]
        if lead >= HYSTERESIS and now_s - self._since_s >= self._min_interval_s:
            self._emotion, self._since_s = best, now_s
        return Decision(
            emotion=self._emotion,
            confidence=float(probabilities[self._emotion]),
            duration_s=now_s - self._since_s,
        )
