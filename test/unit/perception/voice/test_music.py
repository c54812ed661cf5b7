# SPDX-License-Identifier: MIT
"""Music without singing, and the hum of a motor, are no emotion.

With the detector that takes any sudden sound for speech: the network has to reject it.
"""

import numpy as np
import pytest

from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE
from emotion_ros.perception.voice.pipeline import make_voice_pipeline

SECONDS = 6
TIME = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
BEAT = TIME % 0.5


def tone(hz: np.ndarray | float, harmonics: int) -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hz, TIME.shape)) / SAMPLE_RATE
    return sum(np.sin(k * phase) / k**1.3 for k in range(1, harmonics))


def notes(seed: int) -> np.ndarray:
    """Return a pitch that changes with every beat (Hz)."""
    chosen = np.random.default_rng(seed).choice([220, 247, 262, 294, 330, 392], 2 * SECONDS)
    return np.repeat(chosen, SAMPLE_RATE // 2).astype(float)


def chords() -> np.ndarray:
    return sum(tone(notes(0) * third, 8) for third in (1, 1.26, 1.5)) * np.exp(-3 * BEAT)


def drums() -> np.ndarray:
    return np.random.default_rng(1).normal(0, 1, len(TIME)) * np.exp(-50 * BEAT)


@pytest.mark.parametrize(
    'sound',
    [chords(), drums(), chords() + drums(), tone(50.0, 12)],
    ids=['chords', 'drums', 'band', 'hum'],
)
def test_it_is_no_emotion(sound):
    voice = make_voice_pipeline(VoiceConfig(vad='energy', update_period=4.0))
    samples = (0.2 * sound / np.abs(sound).max()).astype(np.float32)
    chunks = np.split(samples, SECONDS)
    reports = [r for n, chunk in enumerate(chunks) for r in voice.process(chunk, 10.0 + n)]
    assert [report for report in reports if not report.reason] == []
