# SPDX-License-Identifier: MIT
"""Synthetic sequences of faces and utterances, and the fusion's state over time.

A sequence is a person who shows one emotion after the other, each for 2 to 6 s, in front of a
camera with 15 frames per second, and sometimes says something.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.observations import FaceObservation, FacesObservation
from emotion_ros.core.state import EmotionState
from emotion_ros.perception.face.classifier import FaceClassifier
from training.face.augment import Augmentation, relight, warp
from training.face.data import SIDE
from training.fusion.predictions import (
    DETECTOR_SCORE,
    Floats,
    Images,
    Ints,
    Predictions,
    TextObservations,
    ValidationSet,
    predict_faces,
)

Bools = NDArray[np.bool_]
Rng = np.random.Generator

FPS = 15.0
SEGMENTS = 8
SHORTEST_S, LONGEST_S = 2.0, 6.0
UTTERANCE_EVERY_S = 6.0
"""Mean time between two utterances, whose moments are a Poisson process."""
JITTER = Augmentation(flip=False, rotate_deg=2.0, shift=0.02, scale=0.02)
LIGHT = 0.03
MAX_BLUR_PX = 0.7
MIN_NOISE, MAX_NOISE = 2.0, 6.0
FACE_ID = 1
CENTRAL_BOX = (0.4, 0.4, 0.6, 0.6)


@dataclass(frozen=True)
class Segment:
    """Seconds [start, end) of a sequence; ``is_target``: its still is classified correctly."""

    start_s: float
    end_s: float
    emotion: int
    is_target: bool


@dataclass(frozen=True)
class SequencePlan:
    """The segments of one sequence with the ``face`` (a row) of each, and its N frames.

    ``at_s`` [N] are the times of the frames, ``segment`` [N] what they show; ``utterances`` are
    times with rows of the texts.
    """

    segments: tuple[Segment, ...]
    face: Ints
    at_s: Floats
    segment: Ints
    utterances: tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class Sequences:
    """Plans, the face predictions of their frames in two variants, and the text observations.

    ``one_face``: one face per segment with small changes from frame to frame; ``new_faces``:
    another face of the segment's emotion in every frame.
    """

    plans: Sequence[SequencePlan]
    one_face: Sequence[Predictions]
    new_faces: Sequence[Predictions]
    texts: TextObservations


@dataclass(frozen=True)
class Track:
    """What was reported at N times of one sequence: emotion, confidence, actionable, [N] each.

    ``segment`` [N] is the index in ``segments`` of what was shown.
    """

    segments: tuple[Segment, ...]
    at_s: Floats
    emotion: Ints
    confidence: Floats
    actionable: Bools
    segment: Ints

    @property
    def is_right(self) -> Bools:
        """Whether the reported emotion is the one shown, [N]."""
        truth = np.array([segment.emotion for segment in self.segments])
        return np.asarray(self.emotion == truth[self.segment])


def make_sequences(of: ValidationSet, count: int, seed: int = 0) -> Sequences:
    """Draw ``count`` sequences and classify their frames."""
    rng = np.random.default_rng(seed)
    plans = [
        plan_sequence(of.face_predictions, of.speech.labels, SEGMENTS, rng) for _ in range(count)
    ]
    return Sequences(
        plans=plans,
        one_face=frames_of_one_face(of.face_model, of.faces.images, plans, rng),
        new_faces=frames_of_new_faces(of.face_predictions, plans, rng),
        texts=of.text_observations,
    )


def plan_sequence(faces: Predictions, texts: Ints, count: int, rng: Rng) -> SequencePlan:
    """Draw a sequence of ``count`` segments; ``texts`` int [M] are the utterances' emotions."""
    rows = _draw_faces(faces.labels, count, rng)
    ends = np.cumsum(rng.uniform(SHORTEST_S, LONGEST_S, count))
    starts = np.concatenate([[0.0], ends[:-1]])
    right = faces.probabilities.argmax(axis=1) == faces.labels
    segments = tuple(
        Segment(float(start), float(end), int(faces.labels[row]), bool(right[row]))
        for start, end, row in zip(starts, ends, rows, strict=True)
    )
    at_s = np.arange(int(ends[-1] * FPS)) / FPS
    utterances = _draw_utterances(segments, texts, rng)
    return SequencePlan(
        segments, rows, at_s, np.searchsorted(ends, at_s, side='right'), utterances
    )


def _draw_faces(labels: Ints, count: int, rng: Rng) -> Ints:
    """Draw rows at random, but never the emotion of the row before."""
    rows: list[int] = []
    while len(rows) < count:
        row = int(rng.integers(len(labels)))
        if not rows or labels[row] != labels[rows[-1]]:
            rows.append(row)
    return np.array(rows)


def _draw_utterances(
    segments: Sequence[Segment], texts: Ints, rng: Rng
) -> tuple[tuple[float, int], ...]:
    utterances = []
    at_s = rng.exponential(UTTERANCE_EVERY_S)
    for segment in segments:
        fitting = np.flatnonzero(texts == segment.emotion)
        while at_s < segment.end_s:
            if len(fitting):
                utterances.append((float(at_s), int(rng.choice(fitting))))
            at_s += rng.exponential(UTTERANCE_EVERY_S)
    return tuple(utterances)


def frames_of_one_face(
    model: FaceClassifier, images: Images, plans: Sequence[SequencePlan], rng: Rng
) -> list[Predictions]:
    """Return the predictions per frame when each segment is one face with small changes."""
    frames = [_perturb(images[p.face[i]], rng) for p in plans for i in p.segment]
    predictions = predict_faces(model, np.stack(frames), np.zeros(len(frames), np.int64))
    ends = np.cumsum([len(p.at_s) for p in plans])
    return [
        predictions.take(np.arange(end - len(p.at_s), end))
        for p, end in zip(plans, ends, strict=True)
    ]


def frames_of_new_faces(
    faces: Predictions, plans: Sequence[SequencePlan], rng: Rng
) -> list[Predictions]:
    """Return the predictions when every frame is another face of the segment's emotion."""
    rows_of = [
        np.flatnonzero(faces.labels == emotion) for emotion in range(faces.labels.max() + 1)
    ]
    return [
        faces.take(np.array([rng.choice(rows_of[p.segments[i].emotion]) for i in p.segment]))
        for p in plans
    ]


def _perturb(image: NDArray[np.uint8], rng: Rng) -> NDArray[np.uint8]:
    """Return one frame: small changes of box, light and focus, and noise."""
    image = relight(warp(image, JITTER, rng, SIDE), LIGHT, rng)
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.05, MAX_BLUR_PX))
    noise = rng.standard_normal(image.shape) * rng.uniform(MIN_NOISE, MAX_NOISE)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def run_fusion(
    plan: SequencePlan,
    frames: Predictions,
    texts: TextObservations,
    config: FusionConfig,
    card: FusionCard,
) -> Iterator[EmotionState]:
    """Yield the state after each frame."""
    fusion = Fusion(config, card)
    utterances = list(plan.utterances)
    for i, at_s in enumerate(plan.at_s.tolist()):
        while utterances and utterances[0][0] <= at_s:
            said_s, row = utterances.pop(0)
            observation = texts[row]
            if observation is not None:
                fusion.add_text(replace(observation, stamp_s=said_s), said_s)
        probabilities = tuple(float(value) for value in frames.probabilities[i])
        face = FaceObservation(
            FACE_ID, CENTRAL_BOX, DETECTOR_SCORE, float(frames.quality[i]), probabilities
        )
        fusion.add_faces(FacesObservation(at_s, faces=(face,)), at_s)
        yield fusion.states(at_s)[0]


def stable_track(plan: SequencePlan, states: Sequence[EmotionState]) -> Track:
    """Return the stable label of the states."""
    emotion = np.array([int(s.emotion) for s in states])
    confidence = np.array([s.confidence for s in states])
    actionable = np.array([s.actionable for s in states])
    return Track(plan.segments, plan.at_s, emotion, confidence, actionable, plan.segment)


def run_sequences(
    sequences: Sequences,
    frames: Sequence[Predictions],
    config: FusionConfig,
    card: FusionCard,
    to_track: Callable[[SequencePlan, Sequence[EmotionState]], Track] = stable_track,
) -> list[Track]:
    """Run the fusion over every sequence and return its tracks."""
    return [
        to_track(plan, list(run_fusion(plan, of_plan, sequences.texts, config, card)))
        for plan, of_plan in zip(sequences.plans, frames, strict=True)
    ]
