# SPDX-License-Identifier: MIT
"""A generated person: which emotion when, what the camera makes of the face, and what is said.

Frames are at 15 Hz; an emotion lasts 2 to 6 s and then turns into another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.perception.face.classifier import FaceClassifier
from training.face.augment import Augmentation, relight, warp
from training.face.data import SIDE
from training.fusion.beliefs import Beliefs, Floats, Images, Ints, see
from training.fusion.sequence_metrics import Segment

Rng = np.random.Generator

FPS = 15.0
SHORTEST_S, LONGEST_S = 2.0, 6.0
WORDS_EVERY_S = 6.0
"""Mean time between two utterances, whose moments are a Poisson process."""

TREMBLE = Augmentation(flip=False, rotate_deg=2.0, shift=0.02, scale=0.02)
LIGHT = 0.03
MOST_BLUR_PX = 0.7
LEAST_NOISE, MOST_NOISE = 2.0, 6.0


@dataclass(frozen=True)
class Plan:
    """Of one sequence: its segments, the ``face`` (a row) of each; frames [N] as below.

    ``at_s`` [N] are the moments of the frames, ``segment`` [N] what they show; ``words`` are
    rows of the utterances with the moments at which they are said.
    """

    segments: tuple[Segment, ...]
    face: Ints
    at_s: Floats
    segment: Ints
    words: tuple[tuple[float, int], ...]


def plan(faces: Beliefs, spoken: Ints, count: int, rng: Rng) -> Plan:
    """Draw a sequence of ``count`` segments; ``spoken`` int [M] are the utterances' emotions."""
    rows = _draw_faces(faces.labels, count, rng)
    ends = np.cumsum(rng.uniform(SHORTEST_S, LONGEST_S, count))
    starts = np.concatenate([[0.0], ends[:-1]])
    right = faces.probabilities.argmax(axis=1) == faces.labels
    segments = tuple(
        Segment(float(start), float(end), int(faces.labels[row]), bool(right[row]))
        for start, end, row in zip(starts, ends, rows, strict=True)
    )
    at_s = np.arange(int(ends[-1] * FPS)) / FPS
    words = _draw_words(segments, spoken, rng)
    return Plan(segments, rows, at_s, np.searchsorted(ends, at_s, side='right'), words)


def film_one_face(
    model: FaceClassifier, images: Images, plans: Sequence[Plan], rng: Rng
) -> list[Beliefs]:
    """Return what the model sees when each segment is one face that trembles a little."""
    frames = [_trembling(images[p.face[i]], rng) for p in plans for i in p.segment]
    seen = see(model, np.stack(frames), np.zeros(len(frames), np.int64))
    ends = np.cumsum([len(p.at_s) for p in plans])
    return [
        seen.take(np.arange(end - len(p.at_s), end)) for p, end in zip(plans, ends, strict=True)
    ]


def film_new_faces(faces: Beliefs, plans: Sequence[Plan], rng: Rng) -> list[Beliefs]:
    """Return what the model sees when every frame is another face of the segment's emotion."""
    rows_of = [
        np.flatnonzero(faces.labels == emotion) for emotion in range(faces.labels.max() + 1)
    ]
    return [
        faces.take(np.array([rng.choice(rows_of[p.segments[i].emotion]) for i in p.segment]))
        for p in plans
    ]


def _trembling(image: NDArray[np.uint8], rng: Rng) -> NDArray[np.uint8]:
    """One frame: the box, the light and the focus differ a little, and there is grain."""
    image = relight(warp(image, TREMBLE, rng, SIDE), LIGHT, rng)
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.05, MOST_BLUR_PX))
    grain = rng.standard_normal(image.shape) * rng.uniform(LEAST_NOISE, MOST_NOISE)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def _draw_faces(labels: Ints, count: int, rng: Rng) -> Ints:
    """Draw rows as they come, but never the emotion that has just been shown."""
    rows: list[int] = []
    while len(rows) < count:
        row = int(rng.integers(len(labels)))
        if not rows or labels[row] != labels[rows[-1]]:
            rows.append(row)
    return np.array(rows)


def _draw_words(
    segments: Sequence[Segment], spoken: Ints, rng: Rng
) -> tuple[tuple[float, int], ...]:
    words = []
    at_s = rng.exponential(WORDS_EVERY_S)
    for segment in segments:
        fitting = np.flatnonzero(spoken == segment.emotion)
        while at_s < segment.end_s:
            if len(fitting):
                words.append((float(at_s), int(rng.choice(fitting))))
            at_s += rng.exponential(WORDS_EVERY_S)
    return tuple(words)
