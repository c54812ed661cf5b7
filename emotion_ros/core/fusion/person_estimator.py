# SPDX-License-Identifier: MIT
"""What is remembered about one person between two evaluations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emotion_ros.core.evidence import Probabilities
from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.fusion.conflict import ConflictTimer, agreement, contradict
from emotion_ros.core.fusion.hysteresis import Decision, StableLabel
from emotion_ros.core.fusion.opinion_pool import pool
from emotion_ros.core.fusion.temporal_filter import make_filter
from emotion_ros.core.state import WeighedEvidence
from emotion_ros.core.valence_arousal import valence_arousal

SENTIMENT_PULL = 0.5


@dataclass(frozen=True)
class Estimate:
    """The fused view of one person at one moment."""

    probabilities: Probabilities
    decision: Decision
    valence: float
    arousal: float
    agreement: float
    conflict: bool


class PersonEstimator:
    """Pools the evidence on one person, smooths it over time and keeps a stable label."""

    def __init__(self, card: FusionCard, filter_name: str, max_switch_rate: float) -> None:
        self._prior = np.asarray(card.prior, dtype=np.float64)
        self._temperature = card.temperature
        self._filter = make_filter(filter_name, self._prior)
        self._label = StableLabel(max_switch_rate)
        self._conflict = ConflictTimer()
        self._updated_s: float | None = None

    def update(self, used: Sequence[WeighedEvidence], now_s: float) -> Estimate:
        """Return the estimate at ``now_s`` from the evidence that counts (at least one)."""
        opinions = [np.asarray(w.evidence.probabilities) for w in used]
        fresh = [p for p, w in zip(opinions, used, strict=True) if w.fresh]
        weights = [w.weight for w in used]
        pooled = pool(opinions, weights, self._prior, self._temperature)
        belief = self._filter.update(pooled, self._step(now_s))
        valence, arousal = valence_arousal(belief)
        return Estimate(
            probabilities=belief,
            decision=self._label.update(belief, now_s),
            valence=pull_valence(valence, used),
            arousal=arousal,
            agreement=agreement(opinions),
            conflict=self._conflict.update(contradict(fresh), now_s),
        )

    def _step(self, now_s: float) -> float:
        dt_s = 0.0 if self._updated_s is None else max(now_s - self._updated_s, 0.0)
        self._updated_s = now_s
        return dt_s


def pull_valence(valence: float, used: Sequence[WeighedEvidence]) -> float:
    """Return the valence drawn towards what sources say of valence itself, by their weight."""
    total = sum(w.weight for w in used)
    direct = [(w.weight, w.evidence.valence) for w in used if w.evidence.valence is not None]
    share = SENTIMENT_PULL * sum(weight for weight, _ in direct) / total if total else 0.0
    if share == 0.0:
        return valence
    said = sum(weight * v for weight, v in direct) / sum(weight for weight, _ in direct)
    return float((1.0 - share) * valence + share * said)
