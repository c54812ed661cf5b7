# SPDX-License-Identifier: MIT
"""The terms of the opinion pool behind a state."""

from dataclasses import dataclass

import numpy as np

from emotion_ros.core.evidence import Probabilities
from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.fusion.opinion_pool import pool
from emotion_ros.core.state import EmotionState, WeighedEvidence


@dataclass(frozen=True)
class Term:
    """One piece of evidence: its share (0..1) of all weight, and what it adds to the sum.

    ``contribution`` [7] is in nats, with mean zero; it is zero for evidence that is not used.
    """

    weighed: WeighedEvidence
    share: float
    contribution: tuple[float, ...]


@dataclass(frozen=True)
class Explanation:
    """``prior`` and the contributions add up to ``total`` [7] (nats, mean zero).

    ``pooled`` [7] is the distribution that belongs to the total, before the filter over time;
    ``state.probabilities`` is the filtered one.
    """

    state: EmotionState
    prior: tuple[float, ...]
    terms: tuple[Term, ...]
    total: tuple[float, ...]
    pooled: tuple[float, ...]


def explain(state: EmotionState, card: FusionCard) -> Explanation:
    """Return how the evidence of a state adds up."""
    prior = np.asarray(card.prior, dtype=np.float64)
    used = [w for w in state.evidence if w.used]
    opinions = [w.evidence.probabilities for w in used]
    pooled = pool(opinions, [w.weight for w in used], prior, card.temperature)
    weight = sum(w.weight for w in state.evidence)
    terms = []
    for w in state.evidence:  # one opinion with the prior, less the prior
        alone = [w.evidence.probabilities] if w.used else []
        opinion = pool(alone, [w.weight] * len(alone), prior, card.temperature)
        share = w.weight / weight if weight else 0.0
        terms.append(Term(w, share, _floats(_log(opinion) - _log(prior))))
    return Explanation(
        state=state,
        prior=_floats(_log(prior)),
        terms=tuple(terms),
        total=_floats(_log(pooled)),
        pooled=_floats(pooled),
    )


def _log(probabilities: Probabilities) -> Probabilities:
    """Return logarithms with mean zero: pooling adds them, apart from a constant."""
    logs = np.log(probabilities)
    return np.asarray(logs - logs.mean())


def _floats(values: Probabilities) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
