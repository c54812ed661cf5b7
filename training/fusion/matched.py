# SPDX-License-Identifier: MIT
"""Faces paired with words, although no public set has both.

A validation face meets an utterance of the same emotion. **That is optimistic**: given the emotion
the two are independent here, while one person's face and words err together.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.valence_arousal import pleasant_unpleasant
from training.fusion.beliefs import UNIFORM, Beliefs
from training.fusion.folds import fold_of_groups
from training.fusion.pool_rows import pool_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rng = np.random.Generator
Partners = Callable[[int], NDArray[np.bool_]]
"""The emotions [7] of which an utterance may meet a face of this emotion."""

FOLDS = 5
PER_FACE = 3


@dataclass(frozen=True)
class Weights:
    """Exponents of face and words together in the pool, and of each ``alone``.

    The temperature divides them all.
    """

    face: float
    text: float
    temperature: float = 1.0
    alone: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True)
class Pairs:
    """``face`` and ``text`` int [P] are rows of some beliefs; ``fold`` [P] is what both are in."""

    face: Ints
    text: Ints
    fold: Ints

    def __len__(self) -> int:
        return len(self.face)

    def take(self, index: NDArray[np.bool_]) -> 'Pairs':
        """Return the pairs at ``index``."""
        return Pairs(self.face[index], self.text[index], self.fold[index])


def same_emotion(emotion: int) -> NDArray[np.bool_]:
    """An utterance of the face's emotion."""
    return np.eye(len(EMOTIONS), dtype=bool)[emotion]


def any_emotion(emotion: int) -> NDArray[np.bool_]:  # noqa: ARG001 - any means any
    """Whatever somebody says, as often as it is said."""
    return np.ones(len(EMOTIONS), bool)


def opposite_valence(emotion: int) -> NDArray[np.bool_]:
    """Unpleasant words for a pleasant face and the reverse; none for neutral and surprise."""
    pleasant, unpleasant = pleasant_unpleasant(UNIFORM_ROWS[emotion])
    others = np.array([pleasant_unpleasant(row) for row in UNIFORM_ROWS])
    return np.asarray((others[:, 1] * pleasant + others[:, 0] * unpleasant) > 0)


UNIFORM_ROWS = np.eye(len(EMOTIONS))


def pair(
    faces: Beliefs,
    texts: Beliefs,
    rng: Rng,
    partners: Partners = same_emotion,
    folds: int = FOLDS,
    per_face: int = PER_FACE,
) -> Pairs:
    """Pair every face with ``per_face`` utterances from a fold of the same number.

    Folds of faces and of dialogues: what is fitted on other folds has seen neither. A face for
    which its fold has no utterance is left out.
    """
    face_fold = fold_of_groups(faces.group, folds)
    text_fold = fold_of_groups(texts.group, folds)
    rows: list[tuple[int, int, int]] = []
    for fold in range(folds):
        for emotion in range(len(EMOTIONS)):
            mine = np.flatnonzero((face_fold == fold) & (faces.labels == emotion))
            theirs = np.flatnonzero((text_fold == fold) & partners(emotion)[texts.labels])
            if len(theirs):
                many = np.repeat(mine, per_face)
                said = rng.choice(theirs, len(many))
                rows += [(int(f), int(t), fold) for f, t in zip(many, said, strict=True)]
    face, text, fold_of = np.array(rows, np.int64).reshape(-1, 3).T
    return Pairs(face, text, fold_of)


def fuse(
    faces: Beliefs,
    texts: Beliefs,
    pairs: Pairs,
    weights: list[Weights],
    counts: tuple[float, float] = (1.0, 1.0),
    prior: Floats = UNIFORM,
) -> Floats:
    """Return the pooled distributions [P, 7] as the fusion makes them, before any filter.

    ``weights`` are one per fold, or one for all; ``counts`` are the freshness of face and words,
    0 for what is missing. As in ``emotion_ros.core.fusion.weighting``, the presence (quality x
    freshness) of the one takes the exponent of the other from its value alone to that together.
    """
    used = [weights[fold % len(weights)] for fold in pairs.fold]
    temperature = np.array([[w.temperature] for w in used])
    together = np.array([(w.face, w.text) for w in used]) / temperature
    alone = np.array([w.alone for w in used]) / temperature
    there = np.stack([faces.quality[pairs.face], texts.quality[pairs.text]], axis=1) * counts
    face, text = ((alone + (together - alone) * there[:, ::-1]) * there).T
    opinions = (faces.probabilities[pairs.face], texts.probabilities[pairs.text])
    return pool_rows(opinions, (face, text), prior)
