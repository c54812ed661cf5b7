# SPDX-License-Identifier: MIT
"""What a microphone beside the scripted person receives, as samples."""

from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.demo.storyboard import Cue, Storyboard
from emotion_ros.demo.synthetic_voice import SAMPLE_RATE, speak
from emotion_ros.errors import ConfigError
from emotion_ros.files.sound_file import Sound, read_sound

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
        return to_track(read_sound(folder / cue.play))
    spoken = speak(cue.say, cue.voice)
    if not len(spoken):
        raise ConfigError(f'say: {cue.say!r} has no letters that the synthetic voice speaks')
    return spoken


def to_track(sound: Sound) -> NDArray[np.int16]:
    """Return mono samples at SAMPLE_RATE, by linear interpolation of a running mean."""
    mono = sound.samples.mean(axis=1)
    shared = gcd(sound.sample_rate, SAMPLE_RATE)
    down = sound.sample_rate // shared / (SAMPLE_RATE // shared)
    if down > 1.0:  # an average over each step, against aliasing
        width = round(down)
        mono = np.convolve(mono, np.full(width, 1 / width), mode='same')
    at = np.arange(round(len(mono) / down)) * down
    resampled = np.interp(at, np.arange(len(mono)), mono)
    return np.asarray(np.clip(resampled, -1.0, 1.0) * FULL_SCALE).astype(np.int16)
