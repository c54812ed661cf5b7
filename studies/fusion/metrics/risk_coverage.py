# SPDX-License-Identifier: MIT
"""Selective prediction: how accurate is what is left when the rest is unknown?

A score says which predictions to trust; those below a threshold are left out. Coverage is the
share that is left, selective risk the share of errors among it (El-Yaniv & Wiener 2010).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.calibrate import fold_of_groups

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]
Ints = NDArray[np.integer]

LEAST_COVERAGE = 0.05
"""A threshold must leave this share: the accuracy of a few predictions is chance."""


@dataclass(frozen=True)
class RiskCoverage:
    """``threshold``, ``coverage`` and ``accuracy`` [K], the highest of K scores first.

    What has the same score is left out together, so there is one point per score. ``aurc`` is the
    area under the risk-coverage curve (Geifman et al. 2019): the mean risk over the thresholds
    that the predictions themselves set; NaN without any.
    """

    threshold: NDArray[np.float64]
    coverage: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    aurc: float

    def at(self, threshold: float) -> tuple[float, float]:
        """Return coverage and accuracy of the scores from ``threshold`` on; 0, NaN for none."""
        left = int((self.threshold >= threshold).sum())
        return (self.coverage[left - 1], self.accuracy[left - 1]) if left else (0.0, np.nan)


def risk_coverage(score: Floats, correct: Bools) -> RiskCoverage:
    """Return the curve of predictions with a score [N] that are correct or not [N].

    A score that is NaN is the lowest.
    """
    score = np.where(np.isnan(score), -np.inf, score)
    threshold, index, count = np.unique(-score, return_inverse=True, return_counts=True)
    left = np.cumsum(count)
    accuracy = np.cumsum(np.bincount(index, correct, len(count))) / left
    aurc = float(np.average(1.0 - accuracy, weights=count)) if len(score) else float('nan')
    return RiskCoverage(-threshold, left / max(len(score), 1), accuracy, aurc)


def threshold_for(score: Floats, correct: Bools, accuracy: float) -> float | None:
    """Return the lowest score from which on this accuracy is kept; None: no score does."""
    curve = risk_coverage(score, correct)
    enough = curve.accuracy >= accuracy
    enough &= curve.coverage >= LEAST_COVERAGE
    return float(curve.threshold[enough][-1]) if enough.any() else None


def checked_threshold(
    score: Floats, correct: Bools, group: Ints, accuracy: float
) -> dict[str, float | None]:
    """Return the threshold for an accuracy, and what thresholds of one half give on the other.

    Rows of one ``group`` [N] are in one half. The share of a half that has no threshold is not
    covered.
    """
    half = fold_of_groups(group, 2)
    left = np.zeros(len(score), bool)
    for side in (0, 1):
        found = threshold_for(score[half != side], correct[half != side], accuracy)
        if found is not None:
            left |= (half == side) & (score >= found)
    return {
        'threshold': threshold_for(score, correct, accuracy),
        'coverage': float(left.mean()) if len(left) else 0.0,
        'accuracy': float(correct[left].mean()) if left.any() else None,
    }


def summarise(
    score: Floats, correct: Bools, group: Ints, targets: tuple[float, ...] = (0.8, 0.9)
) -> dict[str, object]:
    """Return n, accuracy of all, AURC, and the threshold of each target with its check."""
    return {
        'n': len(score),
        'accuracy': float(correct.mean()) if len(score) else None,
        'aurc': risk_coverage(score, correct).aurc,
        **{f'{t:.0%}': checked_threshold(score, correct, group, t) for t in targets},
    }
