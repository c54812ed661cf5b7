# SPDX-License-Identifier: MIT
"""Probability calibration: one temperature per head and, for faces, vector scaling.

Both are fitted by negative log-likelihood (Guo et al. 2017).
``scores`` [N, C] are logits or log-probabilities, which differ by a constant per row only.
The evaluate commands fit too (cross-fitted calibration error) and need no SciPy: hence NumPy.
"""

from collections.abc import Callable, Sequence
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
BIAS_STD, SCALE_STD = 0.25, 0.5
_GOLDEN = (np.sqrt(5) - 1) / 2
_NEWTON_STEPS = 12


@dataclass(frozen=True)
class Calibration:
    """probabilities = softmax((scale * centred scores + bias) / temperature).

    Each row of scores is centred: its mean over the classes is taken off. ``bias`` is [C] with sum
    0, or 0; ``scale`` is [C] with mean 1, or 1.
    """

    temperature: float
    bias: NDArray[np.float64] | float = 0.0
    scale: NDArray[np.float64] | float = 1.0

    def probabilities(self, scores: Floats) -> NDArray[np.float64]:
        """Calibrated probabilities [N, C]."""
        return softmax((self.scale * _centred(scores) + self.bias) / self.temperature)

    def scores(self, probabilities: Floats) -> NDArray[np.float64]:
        """Centred scores that ``probabilities`` [N, C], none of them 0, were made of."""
        plain = np.log(probabilities) * self.temperature - self.bias
        slope = np.ones(plain.shape[1]) / self.scale
        shift = (plain @ slope) / slope.sum()
        return np.asarray((plain - shift[:, None]) * slope)


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


def vector_scaling(scores: Floats, labels: Ints) -> Calibration:
    """The calibration that may also change decisions: it undoes the class weights of training.

    Gaussian priors keep it small where there are few examples: bias over temperature of standard
    deviation ``BIAS_STD``, scale of ``SCALE_STD``. Convex, so that Newton's method finds it.
    """
    start = 1 / temperature_only(scores, labels).temperature
    problem = _VectorScaling(_centred(scores), labels, start)
    found = np.repeat([0.0, start], scores.shape[1])
    for _ in range(_NEWTON_STEPS):
        found = problem.improved(found)
    bias, slope = np.split(found, 2)
    return Calibration(1 / slope.mean(), (bias - bias.mean()) / slope.mean(), slope / slope.mean())


def cross_fitted(
    scores: Floats,
    labels: Ints,
    fit: Fit = temperature_only,
    folds: int = FOLDS,
    others: Sequence[Floats] = (),
) -> NDArray[np.float64]:
    """Probabilities of each fold at the calibration fitted on the other folds.

    For unbiased figures on the split that fitted the packaged calibration. ``others`` are the
    scores of other views of the same examples, to fit on as well.
    """
    fold = np.random.default_rng(0).permutation(len(labels)) % folds
    probabilities = np.empty(scores.shape)
    views = [scores, *others]
    for held_out in range(min(folds, len(labels))):
        rest, mine = fold != held_out, fold == held_out
        calibration = Calibration(1.0)
        if rest.any():
            seen = np.concatenate([view[rest] for view in views])
            calibration = fit(seen, np.tile(labels[rest], len(views)))
        probabilities[mine] = calibration.probabilities(scores[mine])
    return probabilities


def fold_of_groups(group: NDArray[np.integer], folds: int, seed: int = 0) -> NDArray[np.int64]:
    """Return the fold 0..folds-1 of each row; rows of one group are in one fold."""
    names, row = np.unique(group, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(names)) % folds
    return np.asarray(shuffled[row], np.int64)


@dataclass(frozen=True)
class _VectorScaling:
    """The loss in biases and slopes [2 C] of softmax(slope * scores + bias), and its minimum."""

    scores: NDArray[np.float64]
    labels: Ints
    start: float

    def improved(self, at: Floats) -> NDArray[np.float64]:
        """Return one Newton step, or less of it where all of it leads up or out of bounds."""
        here, step = self._loss(at), self._newton_step(at)
        slopes = slice(len(at) // 2, None)
        for halvings in range(_NEWTON_STEPS):
            there = np.asarray(at - step / 2**halvings)
            mean = there[slopes].mean()
            inside = there[slopes].min() > 0 and 1 / HIGH <= mean <= 1 / LOW
            if inside and self._loss(there) <= here:
                return there
        return np.asarray(at)

    def _newton_step(self, at: Floats) -> NDArray[np.float64]:
        probabilities = self._probabilities(at)
        weighted = np.hstack([probabilities, probabilities * self.scores])
        excess = probabilities.copy()
        excess[np.arange(len(self.labels)), self.labels] -= 1
        slope = np.append(excess.sum(0), (excess * self.scores).sum(0))
        m0, m1, m2 = (np.diag((probabilities * self.scores**power).sum(0)) for power in range(3))
        curvature = np.block([[m0, m1], [m1, m2]]) - weighted.T @ weighted
        prior = self._prior(probabilities.shape[1])
        away = at - np.repeat([0.0, self.start], probabilities.shape[1])
        step = np.linalg.solve(curvature + np.diag(prior), slope + prior * away)
        return np.asarray(step)

    def _loss(self, at: Floats) -> float:
        classes = self.scores.shape[1]
        away = at - np.repeat([0.0, self.start], classes)
        penalty = float((self._prior(classes) * away**2).sum()) / 2
        return metrics.nll(self._probabilities(at), self.labels) * len(self.labels) + penalty

    def _probabilities(self, at: Floats) -> NDArray[np.float64]:
        bias, slope = np.split(at, 2)
        return softmax(slope * self.scores + bias)

    def _prior(self, classes: int) -> NDArray[np.float64]:
        return np.repeat([BIAS_STD**-2, (SCALE_STD * self.start) ** -2], classes)


def _centred(scores: Floats) -> NDArray[np.float64]:
    scores = scores.astype(np.float64)
    return np.asarray(scores - scores.mean(axis=1, keepdims=True))


def _nll(scores: Floats, labels: Ints, log_temperature: float) -> float:
    return metrics.nll(softmax(scores.astype(np.float64) / float(np.exp(log_temperature))), labels)


def _require_examples(labels: Ints) -> None:
    if not len(labels):
        raise InvalidInput('empty', 'cannot calibrate on no examples')
