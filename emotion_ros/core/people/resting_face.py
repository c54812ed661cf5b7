# SPDX-License-Identifier: MIT
"""The resting face of a person: what has always been there is no expression."""

from collections.abc import Sequence
from math import exp, isfinite

from emotion_ros.core.emotions import Emotion

LEARN_S = 10.0
"""For so long a face must have been seen before anything is discounted."""
SMOOTH_S = 1.0
LONGEST_STEP_S = 1.0


class RestingFace:
    """Learns what the face of one person never lacks, and counts that as neutral.

    What every emotion but neutral had at least, averaged over SMOOTH_S, since the person came is
    moved to neutral once LEARN_S have passed. A person who shows different expressions meanwhile
    has little that is always there, so little changes; one who looks angry without a break from
    the beginning becomes neutral: that is the price.
    """

    def __init__(self) -> None:
        self._mean: list[float] = []
        self._least: list[float] = []
        self._seen_s = 0.0
        self._now_s = float('-inf')

    def discount(self, probabilities: Sequence[float], at_s: float) -> tuple[float, ...]:
        """Add the distribution [7] of an image of ``at_s`` (s); return it without the baseline."""
        if not all(map(isfinite, probabilities)):
            return tuple(probabilities)
        step_s = min(max(at_s - self._now_s, 0.0), LONGEST_STEP_S)
        self._now_s = max(at_s, self._now_s)
        if not self._mean:
            self._mean, self._least = list(probabilities), [1.0] * len(probabilities)
            return tuple(probabilities)
        self._seen_s += step_s
        gain = 1.0 - exp(-step_s / SMOOTH_S)
        for i, p in enumerate(probabilities):
            self._mean[i] += gain * (p - self._mean[i])
            if self._seen_s > SMOOTH_S:
                self._least[i] = min(self._least[i], self._mean[i])
        if self._seen_s < LEARN_S:
            return tuple(probabilities)
        left = [max(p - least, 0.0) for p, least in zip(probabilities, self._least, strict=True)]
        left[Emotion.NEUTRAL] = 0.0
        left[Emotion.NEUTRAL] = 1.0 - sum(left)
        return tuple(left)
