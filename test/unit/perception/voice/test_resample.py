# SPDX-License-Identifier: MIT
"""Any rate, type and number of channels become mono at 16 kHz."""

import numpy as np
import pytest

from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.voice.resample import MonoResampler

RATES = [8000, 11025, 16000, 22050, 24000, 32000, 44100, 47999, 48000]


def tone(rate: int, hz: float = 500, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(round(rate * seconds)) / rate).astype(np.float32)


@pytest.mark.parametrize('rate', RATES)
def test_a_tone_keeps_its_pitch_level_and_length(rate: int) -> None:
    resampler = MonoResampler(rate)
    result = resampler.convert(tone(rate))
    delay = resampler.delay_s if rate != 16000 else 0
    at = np.arange(len(result)) / 16000 - delay
    assert abs(len(result) - 8000) <= 1
    assert result[200:-1] == pytest.approx(np.sin(2 * np.pi * 500 * at[200:-1]), abs=2e-3)


@pytest.mark.parametrize('rate', [8000, 44100, 48000])
def test_chunks_of_any_size_give_the_same_as_one(rate: int) -> None:
    whole = MonoResampler(rate).convert(tone(rate))
    chunked, samples = MonoResampler(rate), tone(rate)
    cuts = np.cumsum([0, 1, 1, 7, 160, 1000, 0, 3])
    parts = [chunked.convert(samples[a:b]) for a, b in zip(cuts, [*cuts[1:], None], strict=True)]
    assert np.concatenate(parts) == pytest.approx(whole, abs=1e-6)


def test_what_16_khz_cannot_hold_is_removed() -> None:
    high = MonoResampler(48000).convert(tone(48000, hz=9000))
    assert np.abs(high[200:]).max() < 1e-3


@pytest.mark.parametrize(
    ('samples', 'expected'),
    [
        (np.array([], np.int16), []),
        (np.array([16384, 0, -32768, -32768], np.int16), [0.25, -1]),
        (np.array([2**30, 0], np.int32), [0.25]),
        (np.array([1, 0.5], np.float32), [0.75]),
    ],
)
def test_channels_are_averaged_at_full_scale_one(samples: np.ndarray, expected: list) -> None:
    assert MonoResampler(16000, 2).convert(samples) == pytest.approx(np.array(expected))


@pytest.mark.parametrize(
    ('samples', 'reason'),
    [
        (np.zeros(3, np.int16), 'bad_length'),
        (np.zeros((2, 2), np.int16), 'unsupported_format'),
        (np.zeros(2, np.uint8), 'unsupported_format'),
        (np.array([0, np.nan], np.float32), 'not_finite'),
        (np.array([0, np.inf], np.float32), 'not_finite'),
    ],
)
def test_a_bad_chunk_is_rejected_and_leaves_no_trace(samples: np.ndarray, reason: str) -> None:
    resampler, untouched = MonoResampler(48000, 2), MonoResampler(48000, 2)
    with pytest.raises(InvalidInput) as caught:
        resampler.convert(samples)
    assert caught.value.reason == reason
    good = np.repeat(tone(48000), 2)
    assert resampler.convert(good) == pytest.approx(untouched.convert(good))


@pytest.mark.parametrize(
    ('rate', 'channels'), [(7999, 1), (48001, 1), (0, 1), (16000, 0), (16000, 65)]
)
def test_impossible_formats_are_config_errors(rate: int, channels: int) -> None:
    with pytest.raises(ConfigError, match='not within'):
        MonoResampler(rate, channels)
