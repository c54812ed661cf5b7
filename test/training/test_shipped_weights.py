# SPDX-License-Identifier: MIT
"""The shipped weights: small enough, and as good as their cards say on real data."""

from pathlib import Path

import numpy as np
import pytest

from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.models.card import load_card
from emotion_ros.perception.text.classifier import make_text_engine
from emotion_ros.perception.voice.classifier import VoiceClassifier
from emotion_ros.sessions import metrics
from training.face.data import load_faces
from training.text.data import load_utterances
from training.voice.data import load_clips

SOME = 400
"""Examples per test; a share of correct ones then lies within four standard errors, 0.1."""
VOICES = 200
"""Clips; three standard errors are 0.12 or less, as these are nearly half of all."""


@pytest.mark.parametrize(
    ('files', 'limit_mb'),
    [
        (['face_emotion.onnx'], 12),
        (['voice_emotion.onnx'], 12),
        (['text_emotion.onnx', 'tokenizer.json'], 25),
    ],
)
def test_size(files: list[str], limit_mb: int) -> None:
    assert sum((packaged_weights() / f).stat().st_size for f in files) <= limit_mb * 1e6


def claimed(file: str, name: str, split: str) -> float:
    """One figure of a card."""
    card = load_card(packaged_weights() / file)
    (value,) = [m['value'] for m in card.metrics if m['name'] == name and m['split'] == split]
    assert isinstance(value, float)
    return value


def test_face_accuracy_is_what_the_card_says(data_folder: Path) -> None:
    faces = load_faces(data_folder / 'fer2013_train_valid.parquet', 'PublicTest')
    some = faces.take(np.random.default_rng(0).permutation(len(faces))[:SOME])
    probabilities = FaceClassifier.load().classify(some.images)
    accuracy = float((probabilities.argmax(1) == some.labels).mean())
    expected = claimed(
        'face_emotion.json', 'accuracy', 'PublicTest of fer2013_train_valid.parquet'
    )
    assert accuracy == pytest.approx(expected, abs=0.1)


def test_text_accuracy_is_what_the_card_says(data_folder: Path) -> None:
    texts = load_utterances(data_folder / 'semeval_sentiment.parquet', 'val')
    some = texts.take(np.random.default_rng(0).permutation(len(texts))[:SOME])
    model = make_text_engine('packaged')
    predicted = np.array([model.classify(t).sentiment.argmax() for t in some.texts])
    table = metrics.confusion(some.sentiments, predicted, 3)
    expected = claimed('text_emotion.json', 'accuracy', 'semeval_sentiment.parquet val, sentiment')
    assert metrics.accuracy(table) == pytest.approx(expected, abs=0.1)


def test_voice_accuracy_is_what_the_card_says(data_folder: Path) -> None:
    clips = load_clips(data_folder / 'voice_train_val.parquet', 'val')
    some = clips.take(np.random.default_rng(0).permutation(len(clips))[:VOICES])
    model = VoiceClassifier.load()
    predicted = np.array([model.classify(clip).emotion.argmax() for clip in some.samples])
    expected = claimed('voice_emotion.json', 'accuracy', 'voice_train_val.parquet val')
    assert (predicted == some.labels).mean() == pytest.approx(expected, abs=0.12)
