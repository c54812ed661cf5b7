# SPDX-License-Identifier: MIT
"""What the evaluate commands report; numpy only.

``probabilities`` is [N, C] with rows that sum to 1, ``labels`` is int [N]. A class without a
single true example is left out of the averages over classes.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]


def confusion(labels: Ints, predicted: Ints, classes: int) -> NDArray[np.int64]:
    """Counts [C, C]: rows are the true class, columns the predicted one."""
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (labels, predicted), 1)
    return table


def accuracy(table: Ints) -> float:
    """Share of the diagonal of a confusion table; NaN for an empty one."""
    return float(np.trace(table) / table.sum()) if table.sum() else float('nan')


def class_recall(table: Ints) -> NDArray[np.float64]:
    """Recall of each class [C]; NaN where the class never occurs."""
    return _ratio(np.diag(table), table.sum(axis=1))


def class_precision(table: Ints) -> NDArray[np.float64]:
    """Precision of each class [C]; NaN where the class is never predicted."""
    return _ratio(np.diag(table), table.sum(axis=0))


def class_f1(table: Ints) -> NDArray[np.float64]:
    """F1 of each class [C]; NaN where the class never occurs."""
    f1 = _ratio(2 * np.diag(table), table.sum(axis=0) + table.sum(axis=1))
    return np.where(table.sum(axis=1) > 0, f1, np.nan)


def macro_recall(table: Ints) -> float:
    """Mean recall over the classes that occur (also called mean class accuracy)."""
    return _mean_of_present(class_recall(table))


def macro_f1(table: Ints) -> float:
    """Mean F1 over the classes that occur."""
    return _mean_of_present(class_f1(table))


def weighted_f1(table: Ints) -> float:
    """Mean F1 weighted by how often each class occurs."""
    share = table.sum(axis=1) / max(int(table.sum()), 1)
    return float(np.nansum(class_f1(table) * share)) if table.sum() else float('nan')


def nll(probabilities: Floats, labels: Ints) -> float:
    """Mean negative log-likelihood in nats."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean()) if len(labels) else float('nan')


def ece(confidence: Floats, correct: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error over equal-width bins (Guo et al. 2017, equation 3)."""
    if not len(confidence):
        return float('nan')
    return float(
        sum(n * abs(a - c) for n, a, c in reliability(confidence, correct, bins)) / len(confidence)
    )


def reliability(
    confidence: Floats, correct: NDArray[np.bool_], bins: int = 15
) -> list[tuple[int, float, float]]:
    """Per non-empty bin of confidence: count, accuracy, mean confidence."""
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    members = [index == b for b in range(bins)]
    return [
        (int(m.sum()), float(correct[m].mean()), float(confidence[m].mean()))
        for m in members
        if m.any()
    ]


def _ratio(part: Ints, whole: Ints) -> NDArray[np.float64]:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _mean_of_present(values: NDArray[np.float64]) -> float:
    present = values[~np.isnan(values)]
    return float(present.mean()) if len(present) else float('nan')
