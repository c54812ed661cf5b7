"""The weights of face and words from label-matched pairs."""

import numpy as np
from scipy.optimize import minimize

from training import metrics
from training.fusion.beliefs import Beliefs, Floats
from training.fusion.matched import Pairs, Weights, fuse

MAX_SHARPNESS = 1.4
"""Largest sum of the weights: real faces and words share their errors, the pairs here do not."""


def fit_weights(
    faces: Beliefs, texts: Beliefs, pairs: Pairs, limit: float = MAX_SHARPNESS
) -> Weights:
    """Return the weights of least negative log-likelihood with a sum of ``limit`` at most.

    At the temperature 1: the pool knows the ratio of the two only.
    """
    labels = faces.labels[pairs.face]

    def loss(free: Floats) -> float:
        face, text = np.maximum(free, 0.0).tolist()
        return metrics.nll(fuse(faces, texts, pairs, [Weights(face, text)]), labels)

    start = np.full(2, limit / 3)
    inside = {'type': 'ineq', 'fun': lambda free: limit - free.sum()}
    found = minimize(loss, start, method='SLSQP', bounds=[(0, limit)] * 2, constraints=inside)
    face, text = np.clip(found.x, 0.0, None).tolist()
    return Weights(face, text)


def fit_folds(
    faces: Beliefs, texts: Beliefs, pairs: Pairs, limit: float = MAX_SHARPNESS
) -> list[Weights]:
    """Return, for each fold, what was fitted on the other ones."""
    folds = range(int(pairs.fold.max()) + 1)
    return [fit_weights(faces, texts, pairs.take(pairs.fold != fold), limit) for fold in folds]
