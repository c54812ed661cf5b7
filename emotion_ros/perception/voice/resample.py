# SPDX-License-Identifier: MIT
"""Sound of any rate and number of channels to mono at 16 kHz, chunk by chunk.

A polyphase filter (Crochiere and Rabiner 1983, section 2.3): a sinc under a Kaiser window, cut off
below half of the lower rate. Chunks of any size give the same result as all at once.
"""

from math import gcd

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples

MIN_RATE, MAX_RATE = 8_000, 48_000
MAX_CHANNELS = 64
FULL_SCALE = {
    np.dtype(np.int16): 2.0**15,
    np.dtype(np.int32): 2.0**31,
    np.dtype(np.float32): 1.0,
}
ZERO_CROSSINGS = 16
ROLLOFF = 0.94
KAISER_BETA = 9.0
BLOCK = 8192  # results at a time, which bounds the memory


class MonoResampler:
    """Converts the chunks of one stream; its state is the end of the previous chunk.

    The result lags behind the input by ``delay_s``, 1 to 2 ms: less than a stamp is off anyway.
    """

    def __init__(self, sample_rate: int, channels: int = 1) -> None:
        """ConfigError unless ``sample_rate`` is 8000..48000 Hz and ``channels`` 1..64."""
        if not MIN_RATE <= sample_rate <= MAX_RATE:
            raise ConfigError(f'sample rate {sample_rate} Hz: not within {MIN_RATE}..{MAX_RATE}')
        if not 1 <= channels <= MAX_CHANNELS:
            raise ConfigError(f'{channels} channels: not within 1..{MAX_CHANNELS}')
        self.sample_rate, self.channels = sample_rate, channels
        shared = gcd(sample_rate, SAMPLE_RATE)
        self._up, self._down = SAMPLE_RATE // shared, sample_rate // shared
        self._taps = _polyphase_taps(self._up, self._down)
        self._tail = np.empty(0, np.float32)
        self.reset()

    @property
    def delay_s(self) -> float:
        """How far the result lags behind the input, in seconds."""
        return float(self._taps.shape[1] / 2 / self.sample_rate)

    def reset(self) -> None:
        """Forget the end of the previous chunk: the next one begins after a gap."""
        width = self._taps.shape[1]
        self._tail = np.zeros(width - 1 if self._is_needed else 0, np.float32)
        self._phase = 0  # of the next output, in steps of 1 / (up * sample_rate)

    def convert(self, samples: NDArray[np.generic]) -> Samples:
        """Return mono float32, full scale at 1, of interleaved int16, int32 or float32 samples.

        InvalidInput when the type is another (``unsupported_format``), the length is no multiple
        of the channels (``bad_length``) or a sample is not finite (``not_finite``); then nothing
        of the chunk is used.
        """
        mono = to_mono(samples, self.channels)
        if not self._is_needed or not len(mono):
            return mono
        joined = np.concatenate([self._tail, mono])
        width = self._taps.shape[1]
        count = len(mono) * self._up - self._phase
        at = self._phase + self._down * np.arange(max(0, -(-count // self._down)))
        start, phase = np.divmod(at, self._up)
        windows = np.lib.stride_tricks.sliding_window_view(joined, width)
        result = np.empty(len(at), np.float32)
        for i in range(0, len(at), BLOCK):
            block = slice(i, i + BLOCK)
            result[block] = np.einsum('nt,nt->n', windows[start[block]], self._taps[phase[block]])
        self._phase = int(self._phase + self._down * len(at) - len(mono) * self._up)
        self._tail = joined[len(joined) - width + 1 :]
        return result

    @property
    def _is_needed(self) -> bool:
        return self._up != self._down


def to_mono(samples: NDArray[np.generic], channels: int) -> Samples:
    """Return the mean of the channels as float32, full scale at 1; see ``convert`` for errors."""
    if samples.ndim != 1 or samples.dtype not in FULL_SCALE:
        raise InvalidInput(
            'unsupported_format', f'{samples.dtype} {samples.shape}; give int16, int32 or float32'
        )
    if len(samples) % channels:
        raise InvalidInput('bad_length', f'{len(samples)} samples of {channels} channels')
    scaled = samples.astype(np.float32) / np.float32(FULL_SCALE[samples.dtype])
    if not np.isfinite(scaled).all():
        raise InvalidInput('not_finite', 'a sample is NaN or infinite')
    return np.asarray(scaled.reshape(-1, channels).mean(axis=1), np.float32)


def _polyphase_taps(up: int, down: int) -> NDArray[np.float32]:
    """Return the filter [up, taps]: row ``p`` makes the output at ``p / up`` of an input step.

    Times are in input samples; the cut-off is ROLLOFF of the lower of both Nyquist frequencies.
    """
    cutoff = ROLLOFF * min(1.0, up / down)
    half = int(np.ceil(ZERO_CROSSINGS / cutoff))
    at = np.arange(2 * half)[None] - (half - 1) - np.arange(up)[:, None] / up
    window = np.i0(KAISER_BETA * np.sqrt(np.maximum(0, 1 - (at / half) ** 2)))
    taps = cutoff * np.sinc(cutoff * at) * window / np.i0(KAISER_BETA)
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), np.float32)
