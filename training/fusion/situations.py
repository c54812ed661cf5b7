# SPDX-License-Identifier: MIT
"""What fusing face and words is worth when all is well, and when something is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.fusion.conflict import contradict
from emotion_ros.core.fusion.weighting import TemporalDecay
from training import metrics
from training.fusion.beliefs import Beliefs
from training.fusion.bootstrap import interval
from training.fusion.matched import (
    Pairs,
    Weights,
    any_emotion,
    fuse,
    opposite_valence,
    pair,
    same_emotion,
)

Floats = NDArray[np.float64]

OLD_FACE_S = 0.8
OLD_WORDS_S = 3.5
FACE_ALONE, WORDS_ALONE, BOTH = (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)


@dataclass(frozen=True)
class Evidence:
    """The validation beliefs: as they are, of blurred faces, of misheard words."""

    faces: Beliefs
    blurred: Beliefs
    texts: Beliefs
    misheard: Beliefs


@dataclass(frozen=True)
class Situation:
    """Who meets whom, in which state, and how much each still counts."""

    faces: Beliefs
    texts: Beliefs
    pairs: Pairs
    counts: tuple[float, float] = BOTH


def situations(
    of: Evidence, decays: Mapping[str, TemporalDecay], seed: int = 0
) -> dict[str, Situation]:
    """Return every situation by its name; ``decays`` say what is left of a weight with age."""
    rng = np.random.default_rng(seed)
    same = pair(of.faces, of.texts, rng, same_emotion)
    some = pair(of.faces, of.texts, rng, any_emotion)
    opposite = pair(of.faces, of.texts, rng, opposite_valence)
    old_face = (decays['face'].freshness(OLD_FACE_S), 1.0)
    old_words = (1.0, decays['text'].freshness(OLD_WORDS_S))
    return {
        'face alone': Situation(of.faces, of.texts, same, FACE_ALONE),
        'words alone': Situation(of.faces, of.texts, same, WORDS_ALONE),
        'both': Situation(of.faces, of.texts, same),
        f'both, face {OLD_FACE_S} s old': Situation(of.faces, of.texts, same, old_face),
        f'both, words {OLD_WORDS_S} s old': Situation(of.faces, of.texts, same, old_words),
        'blurred face alone': Situation(of.blurred, of.texts, same, FACE_ALONE),
        'both, face blurred': Situation(of.blurred, of.texts, same),
        'misheard words alone': Situation(of.faces, of.misheard, same, WORDS_ALONE),
        'both, words misheard': Situation(of.faces, of.misheard, same),
        'both, words of any emotion': Situation(of.faces, of.texts, some),
        f'both, words of any emotion {OLD_WORDS_S} s old': Situation(
            of.faces, of.texts, some, old_words
        ),
        'opposite: face alone': Situation(of.faces, of.texts, opposite, FACE_ALONE),
        'opposite: both': Situation(of.faces, of.texts, opposite),
    }


def measure(situation: Situation, weights: list[Weights]) -> dict[str, Any]:
    """Return the figures of one situation; ``accuracy`` with its 95 % interval.

    The face's label is the truth. ``conflict`` is the share of the pairs that the fusion reports
    as a conflict (if it lasts), instead of acting.
    """
    s = situation
    fused = fuse(s.faces, s.texts, s.pairs, weights, s.counts)
    right = is_right(s, weights)
    return {
        'n': len(s.pairs),
        'accuracy': interval(right.astype(float), *_groups(s)),
        'nll': metrics.nll(fused, s.faces.labels[s.pairs.face]),
        'ece15': metrics.ece(fused.max(axis=1), right),
        'conflict': float(conflicts(s).mean()),
    }


def is_right(s: Situation, weights: list[Weights]) -> NDArray[np.bool_]:
    """Return whether the likeliest fused emotion is the face's, [P]."""
    fused = fuse(s.faces, s.texts, s.pairs, weights, s.counts)
    return np.asarray(fused.argmax(axis=1) == s.faces.labels[s.pairs.face])


def gain(one: Situation, other: Situation, weights: list[Weights]) -> list[float]:
    """Return how much more often ``one`` is right than ``other``, on the same pairs."""
    difference = is_right(one, weights).astype(float) - is_right(other, weights)
    return interval(difference, *_groups(one))


def conflicts(s: Situation) -> NDArray[np.bool_]:
    """Return whether both count in full and contradict each other, [P]."""
    if s.counts != BOTH:
        return np.zeros(len(s.pairs), bool)
    rows = zip(
        s.faces.probabilities[s.pairs.face], s.texts.probabilities[s.pairs.text], strict=True
    )
    return np.array([contradict(opinions) for opinions in rows])


def sensitivity(situation: Situation, fitted: Weights) -> list[dict[str, float]]:
    """Return accuracy, NLL and ECE with each number of the fit halved and half as large again."""
    rows = []
    for what in ('face', 'text', 'temperature'):
        for factor in (0.5, 1.0, 1.5):
            values = {'face': fitted.face, 'text': fitted.text, 'temperature': fitted.temperature}
            values[what] *= factor
            changed = Weights(**values, alone=fitted.alone)
            rows.append({'factor': factor, 'of': what, **_short(situation, changed)})
    return rows


def _short(situation: Situation, weights: Weights) -> dict[str, float]:
    s = situation
    fused = fuse(s.faces, s.texts, s.pairs, [weights], s.counts)
    right = is_right(s, [weights])
    return {
        'accuracy': float(right.mean()),
        'nll': metrics.nll(fused, s.faces.labels[s.pairs.face]),
        'ece15': metrics.ece(fused.max(axis=1), right),
    }


def _groups(s: Situation) -> tuple[NDArray[np.int64], ...]:
    """Return what the bootstrap draws: faces, dialogues if words count, and the emotions."""
    dialogues = s.texts.group[s.pairs.text] if s.counts[1] else np.zeros(len(s.pairs), np.int64)
    return s.pairs.face, dialogues, s.faces.labels[s.pairs.face]
