# SPDX-License-Identifier: MIT
"""Accuracy of the fused result by scenario: one input missing, old, degraded or unrelated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.fusion.conflict import contradict
from emotion_ros.core.fusion.weighting import TemporalDecay
from emotion_ros.sessions import metrics
from training.fusion.pairs import (
    Pairs,
    Weights,
    any_emotion,
    fuse_pairs,
    make_pairs,
    opposite_valence,
    same_emotion,
)
from training.fusion.predictions import Predictions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OLD_FACE_S = 0.8
OLD_WORDS_S = 3.5
FACE_ALONE, WORDS_ALONE, BOTH = (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)
DRAWS = 500
LEVEL = (0.025, 0.975)


@dataclass(frozen=True)
class Conditions:
    """Predictions for the validation data as it is, for blurred faces and for misheard texts."""

    faces: Predictions
    blurred: Predictions
    texts: Predictions
    misheard: Predictions


@dataclass(frozen=True)
class Scenario:
    """Faces paired with texts, and the freshness of each (0: missing)."""

    faces: Predictions
    texts: Predictions
    pairs: Pairs
    freshness: tuple[float, float] = BOTH

    @property
    def labels(self) -> Ints:
        """The true emotion of each pair: the face's label, [P]."""
        return self.faces.labels[self.pairs.face]

    def fuse(self, weights: Sequence[Weights]) -> Floats:
        """Return the fused distributions [P, 7]."""
        return fuse_pairs(self.faces, self.texts, self.pairs, weights, self.freshness)

    def is_right(self, weights: Sequence[Weights]) -> NDArray[np.bool_]:
        """Return whether the likeliest fused emotion is the face's, [P]."""
        return np.asarray(self.fuse(weights).argmax(axis=1) == self.labels)

    def interval(self, values: Floats) -> list[float]:
        """Return the mean of ``values`` [P] and its 95 % interval; see ``interval``."""
        has_text = self.freshness[1] > 0
        dialogues = self.texts.group[self.pairs.text] if has_text else np.zeros_like(self.labels)
        return interval(values, self.pairs.face, dialogues, self.labels)


def make_scenarios(
    of: Conditions, decays: Mapping[str, TemporalDecay], seed: int = 0
) -> dict[str, Scenario]:
    """Return every scenario by its name; ``decays`` say what is left of a weight with age."""
    rng = np.random.default_rng(seed)
    same = make_pairs(of.faces, of.texts, rng, same_emotion)
    some = make_pairs(of.faces, of.texts, rng, any_emotion)
    opposite = make_pairs(of.faces, of.texts, rng, opposite_valence)
    old_face = (decays['face'].freshness(OLD_FACE_S), 1.0)
    old_words = (1.0, decays['text'].freshness(OLD_WORDS_S))
    return {
        'face alone': Scenario(of.faces, of.texts, same, FACE_ALONE),
        'words alone': Scenario(of.faces, of.texts, same, WORDS_ALONE),
        'both': Scenario(of.faces, of.texts, same),
        f'both, face {OLD_FACE_S} s old': Scenario(of.faces, of.texts, same, old_face),
        f'both, words {OLD_WORDS_S} s old': Scenario(of.faces, of.texts, same, old_words),
        'blurred face alone': Scenario(of.blurred, of.texts, same, FACE_ALONE),
        'both, face blurred': Scenario(of.blurred, of.texts, same),
        'misheard words alone': Scenario(of.faces, of.misheard, same, WORDS_ALONE),
        'both, words misheard': Scenario(of.faces, of.misheard, same),
        'both, words of any emotion': Scenario(of.faces, of.texts, some),
        f'both, words of any emotion {OLD_WORDS_S} s old': Scenario(
            of.faces, of.texts, some, old_words
        ),
        'opposite: face alone': Scenario(of.faces, of.texts, opposite, FACE_ALONE),
        'opposite: both': Scenario(of.faces, of.texts, opposite),
    }


def measure(s: Scenario, weights: Sequence[Weights]) -> dict[str, Any]:
    """Return the figures of one scenario; ``accuracy`` with its 95 % interval.

    ``conflict`` is the share of the pairs that the fusion reports as a conflict if it lasts.
    """
    fused = s.fuse(weights)
    right = fused.argmax(axis=1) == s.labels
    return {
        'n': len(s.pairs),
        'accuracy': s.interval(right.astype(float)),
        'nll': metrics.nll(fused, s.labels),
        'ece15': metrics.ece(fused.max(axis=1), right),
        'conflict': float(conflicts(s).mean()),
    }


def gain(one: Scenario, other: Scenario, weights: Sequence[Weights]) -> list[float]:
    """Return the accuracy of ``one`` over that of ``other`` on the same pairs, with interval."""
    return one.interval(one.is_right(weights).astype(float) - other.is_right(weights))


def conflicts(s: Scenario) -> NDArray[np.bool_]:
    """Return whether both count and contradict each other, [P]."""
    if min(s.freshness) == 0.0:
        return np.zeros(len(s.pairs), bool)
    rows = zip(
        s.faces.probabilities[s.pairs.face], s.texts.probabilities[s.pairs.text], strict=True
    )
    return np.array([contradict(opinions) for opinions in rows])


def sensitivity(s: Scenario, fitted: Weights) -> list[dict[str, Any]]:
    """Return accuracy, NLL and ECE with each number of the fit times 0.5, 1 and 1.5."""
    rows = []
    for name in ('face', 'text', 'temperature'):
        for factor in (0.5, 1.0, 1.5):
            changed = replace(fitted, **{name: factor * getattr(fitted, name)})
            fused = s.fuse([changed])
            right = fused.argmax(axis=1) == s.labels
            figures = {
                'accuracy': float(right.mean()),
                'nll': metrics.nll(fused, s.labels),
                'ece15': metrics.ece(fused.max(axis=1), right),
            }
            rows.append({'factor': factor, 'of': name, **figures})
    return rows


def interval(
    values: Floats, face: Ints, speech: Ints, emotion: Ints, seed: int = 0
) -> list[float]:
    """Return the mean of ``values`` [P] and the bounds of its 95 % interval.

    Faces and dialogues (``face``, ``speech`` [P] name them) are resampled with replacement,
    independently (Owen 2007, "The pigeonhole bootstrap"). How often an ``emotion`` occurs follows
    the faces, because the texts were chosen to match.
    """
    rng = np.random.default_rng(seed)
    faces, dialogues, emotions = (
        np.unique(group, return_inverse=True)[1] for group in (face, speech, emotion)
    )
    means = []
    for _ in range(DRAWS):
        face_times = _times_drawn(rng, faces)
        times = face_times * _times_drawn(rng, dialogues)
        shares = np.bincount(emotions, face_times) / face_times.sum()
        weight = np.bincount(emotions, times)
        within = np.bincount(emotions, times * values) / np.maximum(weight, 1e-9)
        means.append(float(shares[weight > 0] @ within[weight > 0] / shares[weight > 0].sum()))
    low, high = np.quantile(means, LEVEL)
    return [float(np.mean(values)), float(low), float(high)]


def _times_drawn(rng: np.random.Generator, rows: Ints) -> Floats:
    """Return how often the group of each row is drawn, [P]."""
    count = int(rows.max()) + 1
    return np.bincount(rng.integers(count, size=count), minlength=count)[rows].astype(np.float64)
