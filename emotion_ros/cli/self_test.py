# SPDX-License-Identifier: MIT
"""Self-tests of the models: one input for each kind, with the expected output."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS, Emotion, Sentiment
from emotion_ros.core.observations import describe, likeliest
from emotion_ros.files.resources import packaged_config
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.crop import crop_face
from emotion_ros.perception.face.detectors.detector import Box, FaceBox
from emotion_ros.perception.face.detectors.yunet import YuNet
from emotion_ros.perception.image.compressed import decode_compressed
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.text.classifier import HUB_PREFIX, make_text_engine
from emotion_ros.perception.voice.classifier import VoiceClassifier
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE

PICTURE = 'demo/astronaut.jpg'
FACE_XYXY: Box = (159.0, 64.0, 250.0, 174.0)  # px in the picture
MIN_OVERLAP = 0.5
SENTENCE = 'I am so happy today!'


@dataclass(frozen=True)
class SelfTest:
    """The input of a model, its output and the expected one."""

    input: str
    output: str
    expected: str
    passed: bool


def check_face_model(card: Path) -> SelfTest:
    """Classify a smiling face; ModelError when the model does not fit its card."""
    classifier = FaceClassifier.load(str(card))
    side, _ = classifier.crop_size
    grey = classifier.colour == 'gray'
    crop = crop_face(_picture(), FaceBox(FACE_XYXY, 1.0), side=side, grey=grey)
    (row,) = classifier.classify(crop[None])
    probabilities = [float(p) for p in row]
    is_happy = likeliest(probabilities) == Emotion.HAPPY
    return SelfTest(PICTURE, describe(probabilities, EMOTIONS), 'Happy', is_happy)


def check_text_model(card: Path) -> SelfTest:
    """Classify a happy sentence; ModelError when the model does not fit its card."""
    return _check_text(str(card))


def check_voice_model(card: Path) -> SelfTest:
    """Classify a second of noise; ModelError when the model does not fit its card.

    No recorded voice is shipped: that noise is not speech is what can be tested here.
    """
    noise = np.random.default_rng(0).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    speech = VoiceClassifier.load(str(card)).classify(noise).speech
    return SelfTest('noise', f'{speech:.0%} speech', 'no speech', speech < 0.5)


def check_hub_model(folder: Path) -> SelfTest:
    """Classify a happy sentence; MissingDependency without transformers and torch."""
    return _check_text(f'{HUB_PREFIX}{folder}')


def check_detector(model: Path) -> SelfTest:
    """Detect one face in a picture; ModelError when the file is not the pinned one."""
    faces = YuNet(model).detect(_picture())
    found = len(faces) == 1 and overlap(faces[0].box_xyxy, FACE_XYXY) >= MIN_OVERLAP
    boxes = ', '.join(str([round(edge) for edge in face.box_xyxy]) for face in faces)
    expected = f'one face near {[round(edge) for edge in FACE_XYXY]}'
    return SelfTest(PICTURE, f'faces: {boxes or "none"}', expected, found)


def _check_text(name: str) -> SelfTest:
    sentiment = [float(p) for p in make_text_engine(name).classify(SENTENCE).sentiment]
    is_positive = likeliest(sentiment) == Sentiment.POSITIVE
    return SelfTest(f'"{SENTENCE}"', describe(sentiment, SENTIMENTS), 'Positive', is_positive)


def _picture() -> ImageArray:
    return decode_compressed(packaged_config(PICTURE).read_bytes())


def overlap(a: Box, b: Box) -> float:
    """Return intersection over union."""
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    shared = float(np.prod(np.clip(high - low, 0.0, None)))
    areas = [(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (a, b)]
    return shared / (sum(areas) - shared)
