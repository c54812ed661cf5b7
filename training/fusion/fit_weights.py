# SPDX-License-Identifier: MIT
"""The weights of face and words from label-matched pairs."""

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from training import metrics
from training.fusion.beliefs import Beliefs, Floats
from training.fusion.matched import Pairs, Weights, fuse

MAX_SHARPNESS = 1.4
"""Largest sum of the weights: real faces and words share their errors, the pairs here do not."""

MAX_ALONE = 1.0
"""Alone, no source is believed more than it says."""

FACES, TEXTS = (1.0, 0.0), (0.0, 1.0)


def fit_weights(
    faces: Beliefs, texts: Beliefs, pairs: Pairs, limit: float = MAX_SHARPNESS
) -> Weights:
    """Return the weights of least negative log-likelihood with a sum of ``limit`` at most.

    Each alone first, then both together, beside those. At the temperature 1: the pool knows the
    ratio of the two only.
    """
    labels = faces.labels[pairs.face]

    def loss_of(weights: Weights, counts: tuple[float, float] = (1.0, 1.0)) -> float:
        return metrics.nll(fuse(faces, texts, pairs, [weights], counts), labels)

    def alone(counts: tuple[float, float]) -> float:
        def loss(free: float) -> float:
            return loss_of(Weights(0.0, 0.0, alone=(free, free)), counts)

        return float(minimize_scalar(loss, bounds=(0.0, MAX_ALONE), method='bounded').x)

    each = alone(FACES), alone(TEXTS)

    def loss(free: Floats) -> float:
        face, text = np.maximum(free, 0.0).tolist()
        return loss_of(Weights(face, text, alone=each))

    start = np.full(2, limit / 3)
    inside = {'type': 'ineq', 'fun': lambda free: limit - free.sum()}
    found = minimize(loss, start, method='SLSQP', bounds=[(0, limit)] * 2, constraints=inside)
    face, text = np.clip(found.x, 0.0, None).tolist()
    return Weights(face, text, alone=each)


def fit_folds(
    faces: Beliefs, texts: Beliefs, pairs: Pairs, limit: float = MAX_SHARPNESS
) -> list[Weights]:
    """Return, for each fold, what was fitted on the other ones."""
    folds = range(int(pairs.fold.max()) + 1)
    return [fit_weights(faces, texts, pairs.take(pairs.fold != fold), limit) for fold in folds]
