# SPDX-License-Identifier: MIT
"""The weighted log-linear opinion pool."""

from collections.abc import Sequence

import numpy as np

from emotion_ros.core.evidence import Probabilities

PROBABILITY_FLOOR = 1e-4


def softmax(logits: Probabilities) -> Probabilities:
    """Return the distribution of each row of logits [..., C]; safe for large values."""
    exp = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exp / exp.sum(axis=-1, keepdims=True), dtype=np.float64)


def log_probabilities(
    probabilities: Probabilities | Sequence[Probabilities | Sequence[float]],
) -> Probabilities:
    """Return logarithms, floored so that one certain source cannot veto all the others.

    Takes one distribution [C] or several [N, C].
    """
    p = np.maximum(np.asarray(probabilities, dtype=np.float64), PROBABILITY_FLOOR)
    return np.asarray(np.log(p / p.sum(axis=-1, keepdims=True)), dtype=np.float64)


def pool(
    opinions: Sequence[Probabilities | Sequence[float]],
    weights: Sequence[float],
    prior: Probabilities,
    temperature: float = 1.0,
) -> Probabilities:
    """Return ``prior * prod (p_m / prior) ** (w_m / temperature)``, normalised.

    ``opinions`` are distributions over the same classes as ``prior``; ``weights`` are >= 0. With
    no opinion, or all weights zero, the result is the prior. Source: Genest & Zidek 1986,
    "Combining probability distributions", Statistical Science 1(1), section 3.3.
    """
    log_prior = np.log(prior)
    if not opinions:
        return softmax(log_prior)
    evidence = np.asarray(weights) @ (log_probabilities(opinions) - log_prior)
    return softmax(log_prior + evidence / temperature)
