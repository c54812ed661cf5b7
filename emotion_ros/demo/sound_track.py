# SPDX-License-Identifier: MIT
"""What a microphone beside the scripted person receives, as samples."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.demo.storyboard import Cue, Storyboard
from emotion_ros.demo.synthetic_voice import speak
from emotion_ros.errors import ConfigError
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE
from emotion_ros.perception.voice.resample import MonoResampler
from emotion_ros.perception.voice.sound_file import read_sound, to_int16

FULL_SCALE = 32767
ROOM_NOISE = 12.0
"""Standard deviation of the noise of a quiet room (-69 dBFS): no microphone is silent."""
NOISE_S = 2


class SoundTrack:
    """The sound of a storyboard, mono at SAMPLE_RATE; sounds of several cues are added.

    ConfigError, when built, for a file in ``folder`` that cannot be played.
    """

    def __init__(self, storyboard: Storyboard, folder: Path) -> None:
        noise = np.random.default_rng(0).normal(0.0, ROOM_NOISE, NOISE_S * SAMPLE_RATE)
        self._noise = noise.round().astype(np.int16)
        self._parts = [
            (round(cue.at_s * SAMPLE_RATE), _sound_of(cue, folder))
            for cue in storyboard.cues
            if cue.has_sound
        ]

    def samples(self, start: int, stop: int) -> NDArray[np.int16]:
        """Return the samples with the numbers ``start`` to ``stop`` (excluded) of the story."""
        noise = self._noise[np.arange(start, stop) % len(self._noise)]
        sound = noise.astype(np.int32)
        for first, part in self._parts:
            begin, end = max(first, start), min(first + len(part), stop)
            if begin < end:
                sound[begin - start : end - start] += part[begin - first : end - first]
        return np.clip(sound, -FULL_SCALE, FULL_SCALE).astype(np.int16)


def _sound_of(cue: Cue, folder: Path) -> NDArray[np.int16]:
    if cue.play:
        sound = read_sound(folder / cue.play)
        return to_int16(MonoResampler(sound.sample_rate, sound.channels).convert(sound.samples))
    spoken = speak(cue.say, cue.voice)
    if not len(spoken):
        raise ConfigError(f'say: {cue.say!r} has no letters that the synthetic voice speaks')
    return spoken
