# SPDX-License-Identifier: MIT
"""Predictions and sequences that the tests of the fusion's fits and studies share."""

import numpy as np

from emotion_ros.core.fusion.opinion_pool import softmax
from emotion_ros.core.observations import TextObservation
from training.fusion.predictions import Predictions
from training.fusion.synthetic_sequences import Sequences, frames_of_new_faces, plan_sequence


def noisy(count: int, power: float, seed: int) -> Predictions:
    """Predictions that are calibrated when raised to ``power``: the ideal weight is ``power``."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (count, 7))
    true = softmax(logits)
    labels = (true.cumsum(axis=1) > rng.random((count, 1))).argmax(axis=1)
    return Predictions(softmax(logits / power), np.ones(count), labels, np.arange(count))


def certain(labels: list[int], wrong: tuple[int, ...] = ()) -> Predictions:
    """Faces of which the model is 94 % sure, in the rows ``wrong`` of another emotion."""
    predicted = [(emotion + (row in wrong)) % 7 for row, emotion in enumerate(labels)]
    probabilities = np.full((len(labels), 7), 0.01)
    probabilities[np.arange(len(labels)), predicted] = 0.94
    rows = np.arange(len(labels))
    return Predictions(probabilities, np.ones(len(labels)), np.array(labels), rows)


def draw_sequences(faces: Predictions, segments: int) -> Sequences:
    """Two sequences in which every frame is another face, with positive and negative texts."""
    rng = np.random.default_rng(1)
    plans = [plan_sequence(faces, np.array([3, 5]), segments, rng) for _ in range(2)]
    frames = frames_of_new_faces(faces, plans, rng)
    texts = [TextObservation(0.0, sentiment=s) for s in ((0.05, 0.05, 0.9), (0.9, 0.05, 0.05))]
    return Sequences(plans, frames, frames, texts)
