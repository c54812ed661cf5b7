# SPDX-License-Identifier: MIT
"""Figures of predictions against labels, with 95 % intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.sessions import metrics

Z_95 = 1.959964
RESAMPLES = 1000
FEWEST = 10
BINS = 15

Interval = tuple[float, float]


@dataclass(frozen=True)
class Figure:
    """A value and its 95 % interval; NaN where nothing was measured."""

    value: float
    interval: Interval


@dataclass(frozen=True)
class Scores:
    """``confusion`` is int [C, C]: true classes in rows; ``recall`` by label, those that occur."""

    n: int
    accuracy: Figure
    macro_f1: Figure
    ece15: Figure
    recall: dict[str, Figure]
    confusion: NDArray[np.int64]

    def to_fields(self) -> dict[str, Any]:
        """Return plain data."""
        figures = {name: getattr(self, name) for name in ('accuracy', 'macro_f1', 'ece15')}
        intervals = {f'{name}_95': list(figure.interval) for name, figure in figures.items()}
        return {
            'n': self.n,
            **{name: figure.value for name, figure in figures.items()},
            **intervals,
            'recall': {label: figure.value for label, figure in self.recall.items()},
            'recall_95': {label: list(figure.interval) for label, figure in self.recall.items()},
            'confusion': self.confusion.tolist(),
        }


def score(
    probabilities: NDArray[np.float64], truth: NDArray[np.int64], labels: Sequence[str]
) -> Scores:
    """Score distributions [N, C] against true classes [N].

    Accuracy and recall have Wilson intervals, macro F1 and ECE bootstrap percentiles.
    """
    predicted = probabilities.argmax(1) if len(truth) else truth
    confidence = probabilities.max(1) if len(truth) else np.zeros(0)
    correct = predicted == truth
    classes = len(labels)
    table = metrics.confusion(truth, predicted, classes)

    def macro_f1(chosen: NDArray[np.int64]) -> float:
        return metrics.macro_f1(metrics.confusion(truth[chosen], predicted[chosen], classes))

    def ece15(chosen: NDArray[np.int64]) -> float:
        return metrics.ece(confidence[chosen], correct[chosen], BINS)

    return Scores(
        n=len(truth),
        accuracy=_share(int(correct.sum()), len(truth)),
        macro_f1=_bootstrap(macro_f1, len(truth)),
        ece15=_bootstrap(ece15, len(truth)),
        recall={
            label: _share(int(row[i]), int(row.sum()))
            for i, (label, row) in enumerate(zip(labels, table, strict=True))
            if row.sum()
        },
        confusion=table,
    )


def wilson(hits: int, n: int) -> Interval:
    """Return the 95 % interval of a share (Wilson 1927); NaN for none."""
    if not n:
        return float('nan'), float('nan')
    share, z2 = hits / n, Z_95 * Z_95
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def _share(hits: int, n: int) -> Figure:
    return Figure(hits / n if n else float('nan'), wilson(hits, n))


def _bootstrap(figure: Callable[[NDArray[np.int64]], float], n: int) -> Figure:
    """Return a figure of all rows, and percentiles of it over resampled rows (always the same).

    The interval is NaN with fewer than FEWEST rows, of which a sample says too little.
    """
    everything = np.arange(n)
    if not n:
        return Figure(float('nan'), (float('nan'), float('nan')))
    if n < FEWEST:
        return Figure(figure(everything), (float('nan'), float('nan')))
    random = np.random.default_rng(0)
    values = [figure(random.integers(0, n, n)) for _ in range(RESAMPLES)]
    low, high = np.percentile(values, (2.5, 97.5))
    return Figure(figure(everything), (float(low), float(high)))
