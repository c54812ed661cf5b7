# SPDX-License-Identifier: MIT
"""The voice classifier: a tiny network with its card, and the packaged one on synthetic sound."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.errors import InvalidInput, ModelError
from emotion_ros.perception.voice.activity import EnergyDetector
from emotion_ros.perception.voice.classifier import VoiceClassifier
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE
from emotion_ros.perception.voice.pipeline import VoicePipeline
from tiny_models import head, save_face, save_voice

GOLDEN = [0.002, 0.216, 0.002, 0.001, 0.142, 0.631, 0.005]
NOISE = np.random.default_rng(0).normal(0, 0.1, 10 * SAMPLE_RATE).astype(np.float32)


def test_a_sound_becomes_probabilities(tmp_path: Path) -> None:
    prediction = VoiceClassifier.load(str(save_voice(tmp_path))).classify(NOISE[:SAMPLE_RATE])
    assert prediction.emotion.sum() == pytest.approx(1)
    assert prediction.emotion.argmax() == Emotion.SURPRISE
    assert 0.5 < prediction.speech < 1


def test_without_a_speech_output_all_is_speech(tmp_path: Path) -> None:
    card = save_voice(tmp_path, outputs=[head('emotion')])
    assert VoiceClassifier.load(str(card)).classify(NOISE).speech == 1


def test_of_long_sound_only_the_end_is_used(tmp_path: Path) -> None:
    classifier = VoiceClassifier.load(str(save_voice(tmp_path)))
    end = classifier.classify(NOISE[-8 * SAMPLE_RATE :])
    assert classifier.classify(NOISE).emotion == pytest.approx(end.emotion)


@pytest.mark.parametrize(
    ('samples', 'reason'),
    [
        (np.empty(0, np.float32), 'too_short'),
        (NOISE[:799], 'too_short'),
        (np.full(SAMPLE_RATE, np.nan, np.float32), 'not_finite'),
    ],
)
def test_what_cannot_be_classified_is_rejected(
    tmp_path: Path, samples: np.ndarray, reason: str
) -> None:
    classifier = VoiceClassifier.load(str(save_voice(tmp_path)))
    with pytest.raises(InvalidInput) as caught:
        classifier.classify(samples)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        (
            {'outputs': [{'name': 'speech', 'labels': ['other', 'speech'], 'temperature': 1.0}]},
            'has no emotion output',
        ),
        ({'input': {'name': 'mel', 'sample_rate': 8000, 'mels': 80, 'max_seconds': 8.0}}, '16000'),
        (
            {'input': {'name': 'sound', 'sample_rate': 16000, 'mels': 80, 'max_seconds': 8.0}},
            'inputs: the model has',
        ),
    ],
)
def test_a_card_that_does_not_fit_is_a_model_error(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        VoiceClassifier.load(str(save_voice(tmp_path, **changes)))


def test_a_network_that_gives_nan_or_another_task_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match='fails on noise: bad_output'):
        VoiceClassifier.load(str(save_voice(tmp_path, slope=float('nan'))))
    with pytest.raises(ModelError, match="a model for 'face_emotion', not for 'voice_emotion'"):
        VoiceClassifier.load(str(save_face(tmp_path, b'model')))


def test_ten_minutes_of_silence_and_noise_give_no_emotion() -> None:
    # With the detector that takes any sudden sound for speech: the network has to reject it.
    rng = np.random.default_rng(1)
    classifier = VoiceClassifier.load()
    voice = VoicePipeline(VoiceConfig(update_period=5.0), classifier, EnergyDetector())
    reports = []
    for second in range(600):
        level = (0.0, 1e-4, 0.003, 0.03)[second // 20 % 4]
        noise = rng.normal(0, level, SAMPLE_RATE)
        if second % 4 == 0:
            noise[4000:12_000] *= 10
        reports += voice.process(noise.astype(np.float32), float(second))
    assert len(reports) > 50
    assert {report.reason for report in reports} == {'not_speech'}


def test_the_packaged_network_gives_a_made_sound_the_same_as_ever() -> None:
    # Pulses of falling pitch in bursts; other processors differ by rounding.
    at = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    phase = 2 * np.pi * (150 * at - 20 * at**2)
    sound = sum(np.sin(k * phase) / k for k in range(1, 20))
    sound = 0.1 * sound * (np.sin(4 * np.pi * at) > 0)
    prediction = VoiceClassifier.load().classify(sound.astype(np.float32))
    assert prediction.emotion == pytest.approx(GOLDEN, abs=0.05)
