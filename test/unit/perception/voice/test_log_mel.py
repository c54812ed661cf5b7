# SPDX-License-Identifier: MIT
"""The spectrogram: that of Whisper, whatever the gain of the microphone."""

import numpy as np
import pytest

from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, log_mel, mel_filters

# librosa.filters.mel(sr=16000, n_fft=400, n_mels=80), which Whisper ships as mel_filters.npz:
# filter, bin -> weight.
PUBLISHED = {(0, 1): 0.024862593, (1, 1): 0.0019908203, (1, 2): 0.022871772, (2, 3): 0.02088095}


def tone(hz: float, seconds: float = 1.0, gain: float = 0.5) -> np.ndarray:
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (gain * np.sin(2 * np.pi * hz * at)).astype(np.float32)


@pytest.mark.parametrize(('where', 'weight'), PUBLISHED.items())
def test_filters_are_those_of_whisper(where: tuple[int, int], weight: float) -> None:
    assert mel_filters()[where] == pytest.approx(weight, rel=1e-4)


def test_filters_have_area_one() -> None:
    # Wide ones only: of a narrow one the bins of 40 Hz see too little.
    assert mel_filters()[60:].sum(axis=1) * 40 == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize('hz', [300, 1000, 4000])
def test_a_tone_peaks_in_the_filter_around_it(hz: float) -> None:
    centres = mel_filters() @ np.linspace(0, SAMPLE_RATE / 2, 201) / mel_filters().sum(axis=1)
    peak = log_mel(tone(hz))[:, 50].argmax()
    assert abs(peak - np.abs(centres - hz).argmin()) <= 1


def test_gain_does_not_matter_and_silence_is_finite() -> None:
    loud = log_mel(tone(440) + 0.1 * tone(3000))
    assert log_mel((tone(440) + 0.1 * tone(3000)) / 32) == pytest.approx(loud, abs=1e-4)
    assert loud.max() == pytest.approx(1.375)
    assert loud.min() >= -0.626
    assert np.isfinite(log_mel(np.zeros(SAMPLE_RATE, np.float32))).all()


def test_there_is_an_even_number_of_frames_of_10_ms() -> None:
    assert log_mel(tone(440, 0.5)).shape == (80, 50)
    assert log_mel(tone(440, 0.4999)).shape == (80, 48)
