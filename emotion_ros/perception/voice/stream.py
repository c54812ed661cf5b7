# SPDX-License-Identifier: MIT
"""Received sound of one microphone to mono at 16 kHz, as the voice pipeline takes it.

Gaps and overlaps of the stamps are the business of the pipeline.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.voice.log_mel import Samples
from emotion_ros.perception.voice.lost_sound import LossMeter
from emotion_ros.perception.voice.resample import (
    MAX_CHANNELS,
    MAX_RATE,
    MIN_RATE,
    MonoResampler,
)

RECEIPT_TOLERANCE_S = 1.25
BURST_S = 2.25
"""A network delivers in bursts: the times of receipt are later or earlier by so much."""
RECEIPT_GAIN_PER_S = 0.2  # how fast the time of the samples follows that of the receipt
OTHER_SOURCE_S = 1.0
LONGEST_CHUNK_S = 60.0


@dataclass(frozen=True)
class AudioChunk:
    """Sound as it was received.

    ``samples`` are interleaved int16, int32 or float32 [frames * channels], full scale of float
    is 1. ``stamp_s`` is the time of the first one (s); ``is_stamped`` is False where it was
    derived from the time of the receipt. ``source`` distinguishes microphones, such as a frame_id.
    """

    samples: NDArray[np.generic]
    sample_rate: int
    channels: int
    stamp_s: float
    source: str = ''
    is_stamped: bool = True

    @property
    def duration_s(self) -> float:
        """How long it lasts (s)."""
        return len(self.samples) / (self.sample_rate * self.channels)


class AudioStream:
    """Follows one microphone; give its chunks in the order of their receipt.

    Chunks of another source, rate, sample type or number of channels are refused until this one
    has been silent for OTHER_SOURCE_S, so that two microphones on one topic are not mixed. Where
    there are no stamps, the time is that of the samples and follows the time of receipt slowly.
    ``loss`` measures what was lost on the way.
    """

    def __init__(self, channel: int = -1) -> None:
        """``channel`` is the one that counts, from 0; -1 is the mean of all."""
        self._channel = channel
        self.loss = LossMeter()
        self.reset()

    def reset(self) -> None:
        """Begin anew with the next chunk, of whatever source."""
        self._resampler: MonoResampler | None = None
        self._format: tuple[str, int, int, str] | None = None
        self._end_s = -inf
        self.loss.reset()

    def add(self, chunk: AudioChunk) -> tuple[Samples, float]:
        """Return the sound of a chunk and the time of its first sample (s).

        InvalidInput, and nothing of it is used: see ``check_chunk``, ``unsupported_format`` or
        ``not_finite`` for its samples, or ``other_source``.
        """
        check_chunk(chunk, self._channel)
        found = (chunk.source, chunk.sample_rate, chunk.channels, chunk.samples.dtype.char)
        late_s = chunk.stamp_s - self._end_s
        is_one = self._channel >= 0
        samples = chunk.samples[self._channel :: chunk.channels] if is_one else chunk.samples
        resampler = self._resampler if found == self._format else None
        if resampler is None:
            resampler = MonoResampler(chunk.sample_rate, 1 if is_one else chunk.channels)
        mono = resampler.convert(samples)
        if found != self._format:
            if abs(late_s) < OTHER_SOURCE_S:
                raise InvalidInput('other_source', 'two microphones or formats on one topic')
            self.loss.reset()
        self._resampler, self._format = resampler, found
        self.loss.add(chunk.stamp_s, chunk.duration_s, chunk.is_stamped)
        stamp_s = chunk.stamp_s
        if not chunk.is_stamped and -BURST_S <= late_s <= RECEIPT_TOLERANCE_S:
            gain = min(RECEIPT_GAIN_PER_S * chunk.duration_s, 1.0)
            stamp_s = self._end_s + gain * late_s
        self._end_s = stamp_s + chunk.duration_s
        return mono, stamp_s


def check_chunk(chunk: AudioChunk, channel: int = -1) -> None:
    """Raise InvalidInput for a chunk that no stream takes.

    ``unsupported_rate``, ``unsupported_channels``, ``empty``, ``bad_length`` when the samples are
    no multiple of the channels, ``too_large``.
    """
    if not MIN_RATE <= chunk.sample_rate <= MAX_RATE:
        raise InvalidInput(
            'unsupported_rate', f'{chunk.sample_rate} Hz; give {MIN_RATE}..{MAX_RATE}'
        )
    if not 1 <= chunk.channels <= MAX_CHANNELS or channel >= chunk.channels:
        wanted = f'channel {channel}' if channel >= 0 else f'1..{MAX_CHANNELS}'
        raise InvalidInput('unsupported_channels', f'{chunk.channels}; wanted: {wanted}')
    if not len(chunk.samples):
        raise InvalidInput('empty', 'no samples')
    if len(chunk.samples) % chunk.channels:
        raise InvalidInput(
            'bad_length', f'{len(chunk.samples)} samples of {chunk.channels} channels'
        )
    if chunk.duration_s > LONGEST_CHUNK_S:
        raise InvalidInput('too_large', f'{chunk.duration_s:.0f} s in one message')
