# SPDX-License-Identifier: MIT
"""The log-mel spectrogram of Whisper (Radford et al. 2022), in NumPy; training uses it, too.

Its peak is moved to a fixed value, so that the gain of the microphone does not matter, and a clip
is not padded to 30 s.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
WINDOW = 400
HOP = 160
MELS = 80
BLOCK = 16
"""Frames in one product of matrices: OpenBLAS shares a larger one among threads, which spin beside
the other networks and take ten times as long as the product."""
MIN_SAMPLES = 2 * WINDOW
"""Less sound has no spectrogram."""
RANGE = 8.0
"""What lies this many powers of ten below the peak is raised to there."""
PEAK = 1.5
"""log10 of the power at the peak: that of speech of a usual level in Whisper's training."""
_LINEAR_HZ = 200 / 3  # per mel, below _BREAK_HZ
_BREAK_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27  # per mel, above

Samples = NDArray[np.float32]


def log_mel(samples: Samples) -> NDArray[np.float32]:
    """Return the spectrogram [80, frames], of mono sound at 16 kHz.

    ``samples`` [N] are finite, N is at least MIN_SAMPLES. There is a frame per 10 ms, an even
    number in all: the network joins two. Values are within -0.63 and 1.38.
    """
    centred = np.pad(samples, WINDOW // 2, mode='reflect')
    frames = np.lib.stride_tricks.sliding_window_view(centred, WINDOW)[: len(samples) : HOP]
    frames = frames[: len(samples) // (2 * HOP) * 2]
    spectrum = np.fft.rfft(frames * _hann(), axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    mel_power = np.concatenate(
        [mel_filters() @ power[i : i + BLOCK].T for i in range(0, len(power), BLOCK)], axis=1
    )
    mel = np.log10(np.maximum(mel_power, np.float32(1e-10)))
    relative = np.maximum(mel - mel.max(), np.float32(-RANGE))
    return np.asarray((relative + np.float32(PEAK + 4)) / np.float32(4))


@cache
def mel_filters() -> NDArray[np.float32]:
    """Return the triangular filters [80, 201] of Slaney's scale, each of area one.

    The scale is linear up to 1 kHz and logarithmic above (Slaney 1998, Auditory Toolbox).
    """
    above = np.log(SAMPLE_RATE / 2 / _BREAK_HZ) / _LOG_STEP
    mel = np.linspace(0.0, _BREAK_HZ / _LINEAR_HZ + above, MELS + 2)
    above_break = np.maximum(mel - _BREAK_HZ / _LINEAR_HZ, 0)
    edges_hz = np.minimum(mel * _LINEAR_HZ, _BREAK_HZ) * np.exp(_LOG_STEP * above_break)
    bins_hz = np.linspace(0, SAMPLE_RATE / 2, WINDOW // 2 + 1)
    low, centre, high = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    rising, falling = (bins_hz - low) / (centre - low), (high - bins_hz) / (high - centre)
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return np.asarray(triangles * 2 / (high - low), np.float32)


@cache
def _hann() -> NDArray[np.float32]:
    """Return the periodic window."""
    return np.hanning(WINDOW + 1)[:-1].astype(np.float32)
