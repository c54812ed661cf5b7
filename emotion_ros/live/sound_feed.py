# SPDX-License-Identifier: MIT
"""Sound of a microphone or of a file, as it comes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event
from time import monotonic

import numpy as np

from emotion_ros.audio.config import MicrophoneConfig
from emotion_ros.audio.microphone import (
    LastingMicrophone,
    Microphone,
    OnSound,
    open_microphone,
)
from emotion_ros.errors import ConfigError
from emotion_ros.perception.voice.ffmpeg import EncodedSound
from emotion_ros.perception.voice.sound_file import cut_sound, read_sound
from emotion_ros.perception.voice.stream import AudioChunk

CHUNK_S = 0.05
PAUSE_S = CHECK_S = 1.0
OnChunk = Callable[[AudioChunk], None]


class MicrophoneFeed:
    """Gives the sound of a device, which is open from the beginning, and again after a loss.

    MissingDependency or ConfigError, when built, if it cannot be opened.
    """

    name = 'microphone'

    def __init__(
        self,
        device: str = '',
        open_device: Callable[[MicrophoneConfig, OnSound], Microphone] = open_microphone,
    ) -> None:
        self._config = MicrophoneConfig(input_device=device, chunk=CHUNK_S)
        self._on_chunk: OnChunk | None = None
        self._microphone = LastingMicrophone(self._config, self._on_sound, open_device)

    def play(self, stopping: Event, on_chunk: OnChunk) -> None:
        """Call ``on_chunk`` until ``stopping`` is set; stamps are seconds of ``monotonic``."""
        self._on_chunk = on_chunk
        while not stopping.wait(CHECK_S):
            self._microphone.check()
        self._microphone.close()

    def _on_sound(self, data: bytes, rate: int, age_s: float, is_after_loss: bool) -> None:
        """Take a block from the thread of the device; what was lost is a gap of the stamps."""
        del age_s, is_after_loss
        if self._on_chunk is None:
            return
        samples, config = np.frombuffer(data, np.int16), self._config
        length_s = len(samples) / config.channels / rate
        stamp_s = monotonic() - length_s
        self._on_chunk(
            AudioChunk(samples, rate, config.channels, stamp_s, self.name, is_stamped=False)
        )


class SoundFileFeed:
    """Plays a file over and over, with PAUSE_S in between; ConfigError for a bad one."""

    def __init__(self, path: Path, on_damage: Callable[[str], None] | None = None) -> None:
        """Read it; ``on_damage`` gets the problem of a file of which only a part can be read."""
        self.name = path.name
        self._sound = read_sound(path.expanduser(), on_damage)

    def play(self, stopping: Event, on_chunk: OnChunk) -> None:
        """Give each chunk when its last sample is over, until ``stopping`` is set."""
        while not stopping.is_set():
            began_s = monotonic()
            for chunk in cut_sound(self._sound, CHUNK_S):
                stamp_s = began_s + chunk.stamp_s
                if stopping.wait(max(stamp_s + chunk.duration_s - monotonic(), 0.0)):
                    return
                on_chunk(
                    AudioChunk(
                        chunk.samples, chunk.sample_rate, chunk.channels, stamp_s, self.name
                    )
                )
            stopping.wait(PAUSE_S)


class VideoSoundFeed:
    """Plays the first sound track of a video in step with its images: ``begin`` starts it anew.

    ConfigError or MissingDependency, when built, if there is no sound that can be read.
    """

    def __init__(self, path: Path, on_damage: Callable[[str], None] | None = None) -> None:
        """Look into it; ``on_damage`` gets the problem of a damaged one at its end."""
        self.name = path.name
        self._on_damage = on_damage
        self._sound = EncodedSound.open(path)
        if not self._sound.tracks:
            raise ConfigError(f'{path}: holds no sound')
        self._begins: SimpleQueue[float] = SimpleQueue()

    def begin(self, began_s: float) -> None:
        """Play from the start, as the first image is of ``began_s`` (``monotonic``)."""
        self._begins.put(began_s)

    def play(self, stopping: Event, on_chunk: OnChunk) -> None:
        """Give each chunk when its last sample is over, until ``stopping`` is set."""
        while not stopping.is_set():
            try:
                began_s = self._begins.get(timeout=CHECK_S)
            except Empty:
                continue
            for second in self._sound.chunks():
                for chunk in cut_sound(second, CHUNK_S):
                    stamp_s = began_s + chunk.stamp_s
                    if stopping.wait(max(stamp_s + chunk.duration_s - monotonic(), 0.0)):
                        return
                    if not self._begins.empty():
                        break
                    if chunk.stamp_s >= 0.0:  # else it is of before the first image
                        on_chunk(replace(chunk, stamp_s=stamp_s))
                if not self._begins.empty():
                    break
            if self._sound.problem and self._on_damage:
                self._on_damage(f'{self.name}: damaged: {self._sound.problem}')
                self._on_damage = None  # it is played again
