"""The weighted log-linear opinion pool."""

from collections.abc import Sequence

import numpy as np

from emotion_ros.core.evidence import Probabilities

PROBABILITY_FLOOR = 1e-4


def softmax(logits: Probabilities) -> Probabilities:
    """Return the distribution of these logits; safe for large values."""
    exp = np.exp(logits - logits.max())
    return np.asarray(exp / exp.sum(), dtype=np.float64)


def log_probabilities(probabilities: Probabilities | Sequence[float]) -> Probabilities:
    """Return logarithms, floored so that one certain source cannot veto all the others."""
    p = np.maximum(np.asarray(probabilities, dtype=np.float64), PROBABILITY_FLOOR)
    return np.asarray(np.log(p / p.sum()), dtype=np.float64)


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
    evidence = np.zeros_like(log_prior)
    for opinion, weight in zip(opinions, weights, strict=True):
        evidence += weight * (log_probabilities(opinion) - log_prior)
    return softmax(log_prior + evidence / temperature)
