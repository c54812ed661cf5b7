# SPDX-License-Identifier: MIT
"""The synthetic voice: harmonics and formants where they should be, and a manner per emotion."""

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.demo.synthetic_voice import (
    MANNERS,
    PHONEMES,
    PITCH_HZ,
    speak,
    to_phonemes,
)
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE

SENTENCE = 'I am so happy today!'


@pytest.mark.parametrize('text', ['', '...', '4 + 4', '你好'])
def test_without_letters_there_is_silence(text: str) -> None:
    assert len(speak(text)) == 0


@pytest.mark.parametrize(
    ('word', 'phonemes'),
    [
        ('happy', 'H AE _ P IY _'),
        ('this', 'DH IH S _'),
        ("don't", '_ D AO N _ T _'),
        ('the sea', 'DH AH _ S IY _'),
    ],
)
def test_letters_become_phonemes(word: str, phonemes: str) -> None:
    assert ' '.join(to_phonemes(word)) == phonemes.removeprefix('_ ')


def test_every_letter_has_a_sound() -> None:
    assert all(
        name in PHONEMES for name in to_phonemes('the quick brown fox jumps over a lazy dog')
    )


def power(sound: np.ndarray, low_hz: float, high_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    return float(spectrum[(hz >= low_hz) & (hz < high_hz)].sum())


@pytest.mark.parametrize(
    ('vowel', 'near', 'far'),
    [('ee', (1900, 2700), (900, 1700)), ('oo', (600, 1200), (1900, 2700))],
)
def test_a_vowel_has_its_formants(vowel: str, near, far) -> None:
    sound = speak(vowel).astype(float)
    assert power(sound, *near) > 2 * power(sound, *far)


def test_s_is_noise_of_high_frequency() -> None:
    sound = speak('sss').astype(float)
    assert power(sound, 4000, 8000) > 10 * power(sound, 0, 3000)


def test_the_same_sentence_is_the_same_sound() -> None:
    np.testing.assert_array_equal(speak(SENTENCE), speak(SENTENCE))


def pitch_hz(sound: np.ndarray) -> float:
    """Median of the autocorrelation's best lag in voiced windows of 40 ms."""
    pitches = []
    for start in range(0, len(sound) - 640, 320):
        window = sound[start : start + 640].astype(float)
        if np.sqrt((window**2).mean()) > 1500:
            correlation = np.correlate(window, window, 'full')[640:]
            lag = 40 + int(correlation[39:200].argmax())
            pitches.append(SAMPLE_RATE / lag)
    return float(np.median(pitches))


def test_pitch_tempo_and_loudness_follow_the_emotion() -> None:
    neutral, angry, sad = (
        speak(SENTENCE, e) for e in (Emotion.NEUTRAL, Emotion.ANGRY, Emotion.SAD)
    )
    assert pitch_hz(neutral) == pytest.approx(MANNERS[Emotion.NEUTRAL].pitch * PITCH_HZ, rel=0.15)
    assert pitch_hz(angry) > 1.15 * pitch_hz(neutral)
    assert pitch_hz(angry) > 1.15 * pitch_hz(sad)
    assert len(angry) < len(neutral) < len(sad)
    assert np.abs(angry).max() > 1.5 * np.abs(sad).max()


def test_nothing_is_clipped() -> None:
    assert max(np.abs(speak(SENTENCE, e)).max() for e in MANNERS) < 32767
