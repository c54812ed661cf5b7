# SPDX-License-Identifier: MIT
"""The sound of a storyboard: speech at its time, the noise of a room in between."""

import itertools
import wave
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.demo.sound_track import ROOM_NOISE, SoundTrack
from emotion_ros.demo.storyboard import Cue, Storyboard
from emotion_ros.demo.synthetic_voice import speak
from emotion_ros.errors import ConfigError
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE

HAPPY = Cue(1.0, say='I am happy!', voice=Emotion.HAPPY)


def track(*cues: Cue, folder: Path = Path()) -> SoundTrack:
    return SoundTrack(Storyboard(cues), folder)


def level(samples: np.ndarray) -> float:
    return float(np.sqrt((samples.astype(float) ** 2).mean()))


def test_words_without_a_voice_are_not_spoken() -> None:
    assert not Cue(0.0, say='Hello').has_sound
    assert level(track(Cue(0.0, say='Hello')).samples(0, 8000)) == pytest.approx(
        ROOM_NOISE, rel=0.1
    )


def test_a_voice_begins_at_its_cue() -> None:
    sound = track(HAPPY)
    length = len(speak(HAPPY.say, HAPPY.voice))
    assert level(sound.samples(0, SAMPLE_RATE)) < 2 * ROOM_NOISE
    assert level(sound.samples(SAMPLE_RATE, SAMPLE_RATE + length)) > 50 * ROOM_NOISE
    assert level(sound.samples(SAMPLE_RATE + length, 3 * SAMPLE_RATE)) < 2 * ROOM_NOISE


def test_chunks_of_any_size_are_the_same_sound() -> None:
    sound = track(HAPPY)
    whole = sound.samples(0, 40_000)
    ends = [0, 1, 1000, 16_003, 31_000, 40_000]
    parts = [sound.samples(a, b) for a, b in itertools.pairwise(ends)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert len(sound.samples(5, 5)) == 0


def test_a_file_is_played(tmp_path: Path) -> None:
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)).astype('<i2')
    with wave.open(str(tmp_path / 'tone.wav'), 'wb') as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(tone.tobytes())
    sound = track(Cue(0.5, play='tone.wav'), folder=tmp_path).samples(8000, 24_000)
    spectrum = np.abs(np.fft.rfft(sound))
    assert abs(spectrum.argmax() - 440) <= 1
    assert level(sound) == pytest.approx(8000 / np.sqrt(2), rel=0.05)


def test_a_loud_sum_is_clipped_not_wrapped() -> None:
    three = track(*(Cue(t, say='I am happy!', voice=Emotion.ANGRY) for t in (0.0, 1e-9, 2e-9)))
    assert three.samples(0, 16_000).max() == 32767


@pytest.mark.parametrize(
    ('cue', 'complaint'),
    [
        (Cue(0.0, play='gone.wav'), r'gone\.wav: cannot be read'),
        (Cue(0.0, say='!?', voice=Emotion.HAPPY), 'no letters'),
    ],
)
def test_what_cannot_be_spoken_is_one_line(cue: Cue, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        track(cue)
