# SPDX-License-Identifier: MIT
"""Probability calibration: one temperature per head and, for faces, a bias per class.

Both are fitted by negative log-likelihood (Guo et al. 2017; Alexandari et al. 2020 for the bias).
``scores`` [N, C] are logits or log-probabilities, which differ by a constant per row only.
The evaluate commands fit too (cross-fitted calibration error) and need no SciPy: hence NumPy.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.fusion.opinion_pool import softmax
from emotion_ros.errors import InvalidInput
from emotion_ros.sessions import metrics

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

FOLDS = 5
LOW, HIGH = 0.05, 20.0
OFFSET_STD = 1.0
_GOLDEN = (np.sqrt(5) - 1) / 2
_NEWTON_STEPS = 12


@dataclass(frozen=True)
class Calibration:
    """probabilities = softmax((scores + bias) / temperature); ``bias`` is [C] or 0."""

    temperature: float
    bias: NDArray[np.float64] | float = 0.0

    def probabilities(self, scores: Floats) -> NDArray[np.float64]:
        """Calibrated probabilities [N, C]."""
        return softmax((scores.astype(np.float64) + self.bias) / self.temperature)


Fit = Callable[[Floats, Ints], Calibration]


def fit_temperature(scores: Floats, labels: Ints) -> float:
    """The temperature of least negative log-likelihood, within ``LOW`` and ``HIGH``."""
    return temperature_only(scores, labels).temperature


def temperature_only(scores: Floats, labels: Ints) -> Calibration:
    """The calibration that changes no decision, by golden section on the log of the temperature.

    The negative log-likelihood is convex in 1 / temperature, so there is one minimum.
    """
    _require_examples(labels)
    a, b = np.log(LOW), np.log(HIGH)
    while b - a > 1e-4:
        left, right = b - _GOLDEN * (b - a), a + _GOLDEN * (b - a)
        if _nll(scores, labels, left) < _nll(scores, labels, right):
            b = right
        else:
            a = left
    return Calibration(float(np.exp((a + b) / 2)))


def temperature_and_bias(scores: Floats, labels: Ints) -> Calibration:
    """The calibration that may also change decisions: it undoes the class weights of training.

    Biases over temperature have a Gaussian prior of ``OFFSET_STD``, which keeps them small where
    there are few examples, and their sum at zero. Convex, so that Newton's method finds it.
    """
    _require_examples(labels)
    scores = scores.astype(np.float64)
    found = np.append(np.zeros(scores.shape[1]), 1.0)
    for _ in range(_NEWTON_STEPS):
        found = _downhill(found, _newton_step(found, scores, labels), scores, labels)
    return Calibration(float(1 / found[-1]), found[:-1] / found[-1])


def cross_fitted(
    scores: Floats, labels: Ints, fit: Fit = temperature_only, folds: int = FOLDS
) -> NDArray[np.float64]:
    """Probabilities of each fold at the calibration fitted on the other folds.

    For unbiased figures on the split that fitted the packaged calibration.
    """
    fold = np.random.default_rng(0).permutation(len(labels)) % folds
    probabilities = np.empty(scores.shape)
    for held_out in range(min(folds, len(labels))):
        rest, mine = fold != held_out, fold == held_out
        calibration = fit(scores[rest], labels[rest]) if rest.any() else Calibration(1.0)
        probabilities[mine] = calibration.probabilities(scores[mine])
    return probabilities


def fold_of_groups(group: NDArray[np.integer], folds: int, seed: int = 0) -> NDArray[np.int64]:
    """Return the fold 0..folds-1 of each row; rows of one group are in one fold."""
    names, row = np.unique(group, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(names)) % folds
    return np.asarray(shuffled[row], np.int64)


def _newton_step(at: Floats, scores: Floats, labels: Ints) -> NDArray[np.float64]:
    """Slope over curvature of ``_penalised`` in the offsets [C] and 1 / temperature."""
    probabilities = softmax(at[-1] * scores + at[:-1])
    mean = (probabilities * scores).sum(1)
    around = probabilities * (scores - mean[:, None])
    prior = np.append(np.full(scores.shape[1], OFFSET_STD**-2), 0.0)
    excess = probabilities.sum(0) - np.bincount(labels, minlength=scores.shape[1])
    sharpness = (mean - scores[np.arange(len(labels)), labels]).sum()
    curvature = np.zeros((len(at), len(at)))
    curvature[:-1, :-1] = np.diag(probabilities.sum(0)) - probabilities.T @ probabilities
    curvature[-1, :-1] = curvature[:-1, -1] = around.sum(0)
    curvature[-1, -1] = (around * scores).sum() + 1e-9
    slope = np.append(excess, sharpness) + prior * at
    return np.linalg.solve(curvature + np.diag(prior), slope)


def _downhill(at: Floats, step: Floats, scores: Floats, labels: Ints) -> NDArray[np.float64]:
    """``at - step``, or less of the step where all of it leads up or out of bounds."""
    here = _penalised(at, scores, labels)
    for halvings in range(_NEWTON_STEPS):
        there = at - step / 2**halvings
        if 1 / HIGH <= there[-1] <= 1 / LOW and _penalised(there, scores, labels) <= here:
            return there
    return at


def _penalised(at: Floats, scores: Floats, labels: Ints) -> float:
    prior = float((at[:-1] ** 2).sum()) / (2 * OFFSET_STD**2 * len(labels))
    return metrics.nll(softmax(at[-1] * scores + at[:-1]), labels) + prior


def _nll(scores: Floats, labels: Ints, log_temperature: float) -> float:
    return metrics.nll(softmax(scores.astype(np.float64) / float(np.exp(log_temperature))), labels)


def _require_examples(labels: Ints) -> None:
    if not len(labels):
        raise InvalidInput('empty', 'cannot calibrate on no examples')
