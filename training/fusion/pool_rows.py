# SPDX-License-Identifier: MIT
"""The core's pool for many rows at once: a fit evaluates it thousands of times."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.fusion.opinion_pool import PROBABILITY_FLOOR
from training.calibrate import softmax

Floats = NDArray[np.float64]


def pool_rows(
    opinions: Sequence[Floats],
    weights: Sequence[float | Floats],
    prior: Floats,
    temperature: float = 1.0,
) -> Floats:
    """Return ``emotion_ros.core.fusion.opinion_pool.pool`` of each row [N, C].

    ``opinions`` are [N, C]; each weight is one number or one per row [N].
    """
    log_prior = np.log(prior)
    evidence = np.zeros(opinions[0].shape)
    for opinion, weight in zip(opinions, weights, strict=True):
        evidence += np.reshape(weight, (-1, 1)) * (log_rows(opinion) - log_prior)
    return softmax(log_prior + evidence / temperature)


def log_rows(probabilities: Floats) -> Floats:
    """Return logarithms with the core's floor."""
    p = np.maximum(probabilities, PROBABILITY_FLOOR)
    return np.asarray(np.log(p / p.sum(axis=1, keepdims=True)))
