# SPDX-License-Identifier: MIT
"""Faces as a detector finds them: its score is a part of the quality, is it worth anything?"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.crop import AS_IS, CROPS, crop_face
from emotion_ros.perception.face.detectors.detector import FaceDetector
from training import metrics
from training.calibrate import softmax
from training.face.data import Faces
from training.fusion.beliefs import Floats, Images
from training.fusion.pool_rows import log_rows

WIDTH, HEIGHT = 320, 240
GREY = 110
SIDES = (64, 96, 144)
PARTS = 3
MOST_FACTOR = 3.0


@dataclass(frozen=True)
class Found:
    """Detector scores [N], and what the model says of the crops [N, 7] with the truth [N]."""

    score: Floats
    probabilities: Floats
    labels: NDArray[np.int64]


def find(detector: FaceDetector, model: FaceClassifier, faces: Faces) -> Found:
    """Enlarge faces into frames, in turn to each of SIDES px, and take what is found of them."""
    crop = CROPS.get(detector.name, AS_IS)
    crops, scores, labels = [], [], []
    for i, (image, label) in enumerate(zip(faces.images, faces.labels, strict=True)):
        frame = paste(image, SIDES[i % len(SIDES)])
        for box in detector.detect(frame)[:1]:
            crops.append(crop_face(frame, box, crop))
            scores.append(box.score)
            labels.append(label)
    probabilities = model.classify(np.stack(crops)) if crops else np.empty((0, 7))
    return Found(np.array(scores), probabilities, np.array(labels, np.int64))


def paste(face: Images, side: int) -> Images:
    """Return a BGR frame [240, 320, 3] with a grey face [H, W] of ``side`` px in its middle."""
    frame = np.full((HEIGHT, WIDTH, 3), GREY, np.uint8)
    large = cv2.resize(face, (side, side), interpolation=cv2.INTER_CUBIC)
    top, left = (HEIGHT - side) // 2, (WIDTH - side) // 2
    frame[top : top + side, left : left + side] = large[..., None]
    return frame


def by_score(found: Found, parts: int = PARTS) -> list[dict[str, float]]:
    """Return, for equally large parts from the lowest to the highest score, what they are worth.

    ``ideal`` is the exponent of the model's probabilities that fits the truth best; a score that
    deserves to be a factor of the weight would rise with it.
    """
    rows = np.array_split(np.argsort(found.score, kind='stable'), parts)
    return [
        {
            'n': len(part),
            'score': float(found.score[part].mean()),
            'accuracy': float((found.probabilities[part].argmax(1) == found.labels[part]).mean()),
            'ideal': best_exponent(found.probabilities[part], found.labels[part]),
        }
        for part in rows
        if len(part)
    ]


def best_exponent(probabilities: Floats, labels: NDArray[np.int64]) -> float:
    """Return the power of the probabilities with the least negative log-likelihood."""
    scores = log_rows(probabilities)
    found = minimize_scalar(
        lambda power: metrics.nll(softmax(scores * power), labels),
        bounds=(0.0, MOST_FACTOR),
        method='bounded',
    )
    return float(found.x)
