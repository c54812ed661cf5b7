# SPDX-License-Identifier: MIT
"""Faces paired with utterances of the same emotion: no public data set has both.

**Pairing by label is optimistic**: given the emotion, face and words are independent here, while
the face and the words of one person tend to be ambiguous together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.fusion.opinion_pool import log_probabilities, softmax
from emotion_ros.core.valence_arousal import pleasant_unpleasant
from training.calibrate import fold_of_groups
from training.fusion.predictions import UNIFORM, Predictions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rng = np.random.Generator
Partners = Callable[[int], NDArray[np.bool_]]
"""The emotions [7] of the utterances that may be paired with a face of this emotion."""

FOLDS = 5
PER_FACE = 3
ONE_HOT = np.eye(len(EMOTIONS))


@dataclass(frozen=True)
class Weights:
    """Exponents of face and text in the pool together, and of each alone (``solo``).

    The temperature divides them all.
    """

    face: float
    text: float
    temperature: float = 1.0
    solo: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True)
class Pairs:
    """``face`` and ``text`` int [P] are rows of predictions; ``fold`` [P] holds both."""

    face: Ints
    text: Ints
    fold: Ints

    def __len__(self) -> int:
        return len(self.face)

    def take(self, index: NDArray[np.bool_]) -> 'Pairs':
        """Return the pairs at ``index``."""
        return Pairs(self.face[index], self.text[index], self.fold[index])


def same_emotion(emotion: int) -> NDArray[np.bool_]:
    """Return the face's emotion only."""
    return np.asarray(ONE_HOT[emotion] > 0)


def any_emotion(emotion: int) -> NDArray[np.bool_]:  # noqa: ARG001 - any means any
    """Return all emotions; each is drawn as often as it occurs."""
    return np.ones(len(EMOTIONS), bool)


def opposite_valence(emotion: int) -> NDArray[np.bool_]:
    """Return unpleasant emotions for a pleasant one and the reverse; none for neutral ones."""
    pleasant, unpleasant = pleasant_unpleasant(ONE_HOT[emotion])
    others = np.array([pleasant_unpleasant(row) for row in ONE_HOT])
    return np.asarray((others[:, 1] * pleasant + others[:, 0] * unpleasant) > 0)


def make_pairs(
    faces: Predictions,
    texts: Predictions,
    rng: Rng,
    partners: Partners = same_emotion,
    folds: int = FOLDS,
    per_face: int = PER_FACE,
) -> Pairs:
    """Pair every face with ``per_face`` utterances of the fold with the same number.

    Faces and dialogues have folds: what is fitted on other folds has seen neither. A face whose
    fold has no utterance for it is left out.
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
                chosen = rng.choice(theirs, len(many))
                rows += [(int(f), int(t), fold) for f, t in zip(many, chosen, strict=True)]
    face, text, fold_of = np.array(rows, np.int64).reshape(-1, 3).T
    return Pairs(face, text, fold_of)


def fuse_pairs(
    faces: Predictions,
    texts: Predictions,
    pairs: Pairs,
    weights: Sequence[Weights],
    freshness: tuple[float, float] = (1.0, 1.0),
    prior: Floats = UNIFORM,
) -> Floats:
    """Return the pooled distributions [P, 7] as the fusion makes them, before any filter.

    ``weights`` are one per fold, or one for all; ``freshness`` is that of face and text, 0 for
    a missing one. As in ``emotion_ros.core.fusion.weighting``, the effective quality (quality x
    freshness) of one moves the exponent of the other from its solo value to the one together.
    """
    used = [weights[fold % len(weights)] for fold in pairs.fold]
    temperature = np.array([[w.temperature] for w in used])
    together = np.array([(w.face, w.text) for w in used]) / temperature
    solo = np.array([w.solo for w in used]) / temperature
    there = np.stack([faces.quality[pairs.face], texts.quality[pairs.text]], axis=1) * freshness
    face, text = ((solo + (together - solo) * there[:, ::-1]) * there).T
    opinions = (faces.probabilities[pairs.face], texts.probabilities[pairs.text])
    return pool_rows(opinions, (face, text), prior)


def pool_rows(
    opinions: Sequence[Floats],
    weights: Sequence[float | Floats],
    prior: Floats,
    temperature: float = 1.0,
) -> Floats:
    """Return ``emotion_ros.core.fusion.opinion_pool.pool`` of each row [N, C] at once.

    ``opinions`` are [N, C]; each weight is one number or one per row [N].
    """
    log_prior = np.log(prior)
    evidence = np.zeros(opinions[0].shape)
    for opinion, weight in zip(opinions, weights, strict=True):
        evidence += np.reshape(weight, (-1, 1)) * (log_probabilities(opinion) - log_prior)
    return softmax(log_prior + evidence / temperature)
