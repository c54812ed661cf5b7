# SPDX-License-Identifier: MIT
"""Sequences before the real fusion: what goes in, and what it then says at every moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.observations import FaceObservation, FacesObservation
from emotion_ros.core.state import EmotionState
from training.fusion.acting import Plan, film_new_faces, film_one_face, plan
from training.fusion.beliefs import DETECTOR_SCORE, Beliefs, Heard
from training.fusion.sequence_metrics import Run, Track
from training.fusion.validation import Validation

SEGMENTS = 8
FACE_ID = 1
IN_THE_MIDDLE = (0.4, 0.4, 0.6, 0.6)


@dataclass(frozen=True)
class Scenes:
    """What was planned, what the camera showed of it in either way, and what was heard."""

    plans: list[Plan]
    one_face: list[Beliefs]
    new_faces: list[Beliefs]
    heard: Heard


def make_scenes(of: Validation, count: int, seed: int = 0) -> Scenes:
    """Draw ``count`` sequences and let the face model see them."""
    rng = np.random.default_rng(seed)
    plans = [plan(of.seen, of.speech.labels, SEGMENTS, rng) for _ in range(count)]
    return Scenes(
        plans=plans,
        one_face=film_one_face(of.model, of.faces.images, plans, rng),
        new_faces=film_new_faces(of.seen, plans, rng),
        heard=of.heard,
    )


def play(
    p: Plan, film: Beliefs, heard: Heard, config: FusionConfig, card: FusionCard
) -> Iterator[EmotionState]:
    """Yield the state after each frame."""
    fusion = Fusion(config, card)
    words = list(p.words)
    for i, at_s in enumerate(p.at_s.tolist()):
        while words and words[0][0] <= at_s:
            said_s, row = words.pop(0)
            observation = heard[row]
            if observation is not None:
                fusion.add_text(replace(observation, stamp_s=said_s), said_s)
        fusion.add_faces(_frame(at_s, film.probabilities[i], float(film.quality[i])), at_s)
        yield fusion.states(at_s)[0]


def _frame(at_s: float, probabilities: Sequence[float], quality: float) -> FacesObservation:
    said = tuple(float(value) for value in probabilities)
    face = FaceObservation(FACE_ID, IN_THE_MIDDLE, DETECTOR_SCORE, quality, said)
    return FacesObservation(at_s, faces=(face,))


def stable_track(p: Plan, states: Sequence[EmotionState]) -> Track:
    """What the state says: its stable label."""
    return Track(
        p.at_s,
        np.array([int(s.emotion) for s in states]),
        np.array([s.confidence for s in states]),
        np.array([s.actionable for s in states]),
        p.segment,
    )


def raw_track(p: Plan, states: Sequence[EmotionState]) -> Track:
    """What a system without memory says: the likeliest emotion of each frame, always."""
    probabilities = np.array([s.probabilities for s in states])
    best, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    return Track(p.at_s, best, sure, sure >= FusionConfig().confidence_threshold, p.segment)


VARIANTS = ('before', 'label_only', 'ema', 'hmm', 'hmm_without_words')
"""``before``: neither filter nor stable label; ``label_only``: no filter; default: ``hmm``."""

_FILTERS = {'before': 'none', 'label_only': 'none', 'ema': 'ema'}


def run_variant(
    scenes: Scenes, films: Sequence[Beliefs], variant: str, card: FusionCard
) -> list[Run]:
    """Play every sequence through one variant of the fusion."""
    config = FusionConfig(filter=_FILTERS.get(variant, 'hmm'))
    runs = []
    for p, film in zip(scenes.plans, films, strict=True):
        silent = replace(p, words=()) if variant == 'hmm_without_words' else p
        states = list(play(silent, film, scenes.heard, config, card))
        track = raw_track(p, states) if variant == 'before' else stable_track(p, states)
        runs.append(Run(p.segments, track))
    return runs
