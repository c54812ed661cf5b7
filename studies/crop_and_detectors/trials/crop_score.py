# SPDX-License-Identifier: MIT
"""Accuracy of the live path against that on reference crops of the same faces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from training.calibrate import fit_temperature

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trials:
    """N faces, each shown once.

    ``own`` and ``square`` [N]: whether the dataset's own crop, and a crop of exactly the pasted
    square, were classified correctly. ``live`` [N, 7] are the probabilities of the pipeline and
    ``quality`` [N] that of its crop; both are NaN where the face was missed.
    """

    labels: NDArray[np.int64]
    own: Bools
    square: Bools
    live: Floats
    quality: Floats

    @property
    def found(self) -> Bools:
        """Which faces were found, [N]."""
        return ~np.isnan(self.quality)

    @property
    def right(self) -> Bools:
        """Which faces the pipeline classified correctly, [N]; a missed face is wrong."""
        predicted = np.nan_to_num(self.live).argmax(axis=1)
        return np.asarray(self.found & (predicted == self.labels), np.bool_)


def joined(parts: Sequence[Trials]) -> Trials:
    """Return the trials of all parts as one."""
    names = [field.name for field in fields(Trials)]
    return Trials(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True)
class Gap:
    """A mean difference over the same faces, and half the width of its 95 % interval."""

    mean: float
    half: float


def paired_gap(right: Bools, reference: Bools) -> Gap:
    """Return the accuracy of the first minus that of the second; NaN with too few faces.

    The interval is 1.96 standard errors of the differences face by face.
    """
    steps = right.astype(float) - reference
    if len(steps) < 2:
        return Gap(share(steps), nan)
    return Gap(share(steps), 1.96 * float(steps.std(ddof=1)) / sqrt(len(steps)))


def share(values: Bools | Floats) -> float:
    """Return the mean; NaN of nothing."""
    return float(np.mean(values)) if len(values) else nan


@dataclass(frozen=True)
class Score:
    """Accuracies in 0..1: of found faces on the three crops, then of all, a missed one wrong."""

    shown: int
    recall: float
    own: float
    square: float
    live: float
    live_over_own: Gap
    live_over_square: Gap
    own_of_all: float
    live_of_all: float
    quality: float


def score(trials: Trials) -> Score:
    """Return the accuracies."""
    found = trials.found
    own, square, live = trials.own[found], trials.square[found], trials.right[found]
    return Score(
        shown=len(trials.labels),
        recall=share(found),
        own=share(own),
        square=share(square),
        live=share(live),
        live_over_own=paired_gap(live, own),
        live_over_square=paired_gap(live, square),
        own_of_all=share(trials.own),
        live_of_all=share(trials.right),
        quality=share(trials.quality[found]),
    )


@dataclass(frozen=True)
class QualityBin:
    """Found faces between two qualities: accuracy and mean confidence, in 0..1.

    ``exponent`` is the power of the probabilities that fits the labels best: what a pool that
    multiplies log-probabilities by a weight should give these faces.
    """

    low: float
    high: float
    count: int
    accuracy: float
    confidence: float
    exponent: float


def quality_bins(trials: Trials, count: int = 5) -> list[QualityBin]:
    """Return the found faces in ``count`` equal shares, the worst quality first."""
    order = np.argsort(trials.quality, kind='stable')[: int(trials.found.sum())]
    return [_quality_bin(trials, part) for part in np.array_split(order, count) if len(part)]


def _quality_bin(trials: Trials, index: NDArray[np.intp]) -> QualityBin:
    live, quality = trials.live[index], trials.quality[index]
    scores = np.log(np.maximum(live, 1e-12))
    return QualityBin(
        low=float(quality.min()),
        high=float(quality.max()),
        count=len(index),
        accuracy=share(trials.right[index]),
        confidence=share(live.max(axis=1)),
        exponent=1 / fit_temperature(scores, trials.labels[index]),
    )


@dataclass(frozen=True)
class Sweep:
    """Found faces of one detector, cut in several ways: accuracy, and its gap to the first."""

    shown: int
    found: int
    accuracy: Mapping[str, float]
    gap: Mapping[str, Gap]


def sweep(parts: Sequence[Mapping[str, Bools]], shown: int) -> Sweep:
    """Compare crops; every part has, for every crop, which of the found faces were right."""
    right = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    chosen = next(iter(right.values()))
    return Sweep(
        shown=shown,
        found=len(chosen),
        accuracy={name: share(row) for name, row in right.items()},
        gap={name: paired_gap(row, chosen) for name, row in right.items()},
    )
