# SPDX-License-Identifier: MIT
"""Voice activity detectors, on synthetic sound only."""

import numpy as np
import pytest

from emotion_ros.errors import ConfigError, MissingDependency
from emotion_ros.perception.voice import activity
from emotion_ros.perception.voice.activity import (
    FRAME,
    EnergyDetector,
    SileroDetector,
    SpeechDetector,
    find_silero,
    make_speech_detector,
)

NOISE = np.random.default_rng(0).normal(0, 0.01, 100 * FRAME).astype(np.float32)
needs_silero = pytest.mark.skipif(find_silero() is None, reason='silero-vad is not installed')


def probabilities(detector: SpeechDetector, samples: np.ndarray) -> np.ndarray:
    return np.array([detector.probability(frame) for frame in samples.reshape(-1, FRAME)])


def burst(level: float) -> np.ndarray:
    sound = NOISE.copy()
    sound[50 * FRAME : 60 * FRAME] *= level / 0.01
    return sound


def test_energy_finds_a_burst_in_noise_and_only_that() -> None:
    found = probabilities(EnergyDetector(), burst(0.1)) > 0.5
    assert found[50:60].all()
    assert not found[:50].any()
    assert not found[61:].any()


@pytest.mark.parametrize('level', [0.0, 1e-5, 1e-4])
def test_energy_ignores_what_is_too_soft(level: float) -> None:
    assert probabilities(EnergyDetector(), burst(0.1) * level).max() < 0.1


def test_energy_takes_a_lasting_sound_for_noise_after_a_while() -> None:
    louder = np.concatenate([NOISE, np.tile(10 * NOISE, 6)])
    found = probabilities(EnergyDetector(), louder) > 0.5
    assert found[105]
    assert not found[-50:].any()


@needs_silero
def test_silero_is_the_same_after_a_reset_and_ignores_noise() -> None:
    detector = SileroDetector()
    first = probabilities(detector, burst(0.1))
    assert first.max() < 0.5
    detector.reset()
    assert probabilities(detector, burst(0.1)) == pytest.approx(first)


@needs_silero
def test_auto_prefers_silero() -> None:
    assert make_speech_detector('auto').name == 'silero'


def test_without_the_package_auto_is_energy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, 'find_silero', lambda: None)
    assert make_speech_detector('auto').name == 'energy'
    with pytest.raises(MissingDependency, match='pip install --no-deps silero-vad'):
        make_speech_detector('silero')


def test_an_unknown_detector_is_named() -> None:
    with pytest.raises(ConfigError, match="vad: 'webrtc' is not one of auto, silero, energy"):
        make_speech_detector('webrtc')
