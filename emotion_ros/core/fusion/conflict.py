# SPDX-License-Identifier: MIT
"""Agreement between modalities, and when a contradiction is a conflict."""

from collections.abc import Sequence
from math import log

import numpy as np

from emotion_ros.core.evidence import Probabilities
from emotion_ros.core.valence_arousal import pleasant_unpleasant

CONFIDENT = 0.6
CONFLICT_AFTER_S = 0.3
TINY = float(np.finfo(np.float64).tiny)


def agreement(opinions: Sequence[Probabilities]) -> float:
    """Return 1 for equal distributions, 0 for disjoint ones, NaN with fewer than two.

    One minus the Jensen-Shannon divergence, divided by its largest value log(number of
    opinions). Source: Lin 1991, "Divergence measures based on the Shannon entropy".
    """
    if len(opinions) < 2:
        return float('nan')
    p = np.asarray(opinions, dtype=np.float64)
    count = len(p)
    divergence = _entropy(p.sum(axis=0) / count) - _entropy(p) / count
    return min(max(1.0 - divergence / log(count), 0.0), 1.0)


def contradict(opinions: Sequence[Probabilities]) -> bool:
    """Return whether one source is confidently pleasant and another confidently unpleasant."""
    if len(opinions) < 2:
        return False
    pleasant, unpleasant = pleasant_unpleasant(np.asarray(opinions))
    return bool((pleasant >= CONFIDENT).any() and (unpleasant >= CONFIDENT).any())


class ConflictTimer:
    """Turns a contradiction into a conflict, and back, when it has lasted CONFLICT_AFTER_S.

    Both ways, so that one late frame does not make a conflicting state actionable.
    """

    def __init__(self) -> None:
        self._conflict = False
        self._since_s: float | None = None

    def update(self, contradiction: bool, now_s: float) -> bool:
        """Return whether there is a conflict at ``now_s``."""
        if contradiction is self._conflict:
            self._since_s = None
        elif self._since_s is None:
            self._since_s = now_s
        elif now_s - self._since_s >= CONFLICT_AFTER_S:
            self._conflict, self._since_s = contradiction, None
        return self._conflict


def _entropy(p: Probabilities) -> float:
    """Return the entropy in nats; of several distributions [N, C] their sum."""
    return -float((p * np.log(np.maximum(p, TINY))).sum())
