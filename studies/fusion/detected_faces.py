# SPDX-License-Identifier: MIT
"""Does the score of a detector say how reliable the classification of a face is?"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from emotion_ros.core.fusion.opinion_pool import log_probabilities, softmax
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.crop import AS_IS, CROPS, crop_face
from emotion_ros.perception.face.detectors.detector import FaceDetector
from emotion_ros.sessions import metrics
from training.face.data import Faces
from training.fusion.predictions import Floats, Images

WIDTH, HEIGHT = 320, 240
GREY = 110
SIDES = (64, 96, 144)
PARTS = 3
MAX_EXPONENT = 3.0


@dataclass(frozen=True)
class DetectedFaces:
    """Detector scores [N], class probabilities of the crops [N, 7] and true labels [N]."""

    score: Floats
    probabilities: Floats
    labels: NDArray[np.int64]


def detect_faces(detector: FaceDetector, model: FaceClassifier, faces: Faces) -> DetectedFaces:
    """Paste faces into frames, in turn SIDES px large, and classify those detected."""
    crop = CROPS.get(detector.name, AS_IS)
    crops, scores, labels = [], [], []
    for i, (image, label) in enumerate(zip(faces.images, faces.labels, strict=True)):
        frame = paste(image, SIDES[i % len(SIDES)])
        for box in detector.detect(frame)[:1]:
            crops.append(crop_face(frame, box, crop))
            scores.append(box.score)
            labels.append(label)
    probabilities = model.classify(np.stack(crops)) if crops else np.empty((0, 7))
    return DetectedFaces(np.array(scores), probabilities, np.array(labels, np.int64))


def paste(face: Images, side: int) -> Images:
    """Return a BGR frame [240, 320, 3] with a grey face [H, W] of ``side`` px in its middle."""
    frame = np.full((HEIGHT, WIDTH, 3), GREY, np.uint8)
    large = cv2.resize(face, (side, side), interpolation=cv2.INTER_CUBIC)
    top, left = (HEIGHT - side) // 2, (WIDTH - side) // 2
    frame[top : top + side, left : left + side] = large[..., None]
    return frame


def by_score(found: DetectedFaces, parts: int = PARTS) -> list[dict[str, float]]:
    """Return accuracy and best exponent of equal parts, from the lowest score to the highest.

    ``ideal`` is the exponent of the probabilities that fits the labels best; it would rise with
    a score that is useful as a factor of the weight.
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
    scores = log_probabilities(probabilities)
    found = minimize_scalar(
        lambda power: metrics.nll(softmax(scores * power), labels),
        bounds=(0.0, MAX_EXPONENT),
        method='bounded',
    )
    return float(found.x)
