# SPDX-License-Identifier: MIT
"""Sound in plain bytes, as AudioData carries it: sample formats, WAV, MP3, cut samples."""

import io
import wave
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import InvalidInput

# GStreamer's names of sample formats, as AudioInfo has them, and what NumPy reads.
NUMPY_FORMATS = {
    **{'S16LE': '<i2', 'S16BE': '>i2', 'S32LE': '<i4', 'S32BE': '>i4'},
    **{'F32LE': '<f4', 'F32BE': '>f4', 'F64LE': '<f8', 'S8': 'i1', 'U8': 'u1'},
}
COMPANDED = {'mulaw': 'MULAW', 'ulaw': 'MULAW', 'pcmu': 'MULAW', 'alaw': 'ALAW', 'pcma': 'ALAW'}
"""Codings of telephones, ITU-T G.711, with the name of their samples."""
SAMPLE_BYTES = {
    **{name: np.dtype(of).itemsize for name, of in NUMPY_FORMATS.items()},
    **{'S24LE': 3, 'S24BE': 3, 'S24_32LE': 4, 'S24_32BE': 4, 'MULAW': 1, 'ALAW': 1},
}
WAVE_FORMATS = {1: 'U8', 2: 'S16LE', 3: 'S24LE', 4: 'S32LE'}
"""Samples of a WAV file, by their bytes."""
MP3_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MP3_RATES = (44_100, 48_000, 32_000)
MP3_MONO_HALF_KBPS = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


@dataclass(frozen=True)
class AudioArray:
    """Interleaved samples with their rate (Hz) and number of channels."""

    samples: NDArray[np.generic]
    sample_rate: int
    channels: int


def to_samples(raw: bytes, name: str) -> NDArray[np.generic]:
    """Return whole samples of one of SAMPLE_BYTES as int16, int32 or float32."""
    if name in ('MULAW', 'ALAW'):
        return G711[name][np.frombuffer(raw, np.uint8)]
    if name in ('S24LE', 'S24BE'):
        three = np.frombuffer(raw, np.uint8).reshape(-1, 3)[:, :: 1 if name == 'S24LE' else -1]
        low_first = np.concatenate([np.zeros((len(three), 1), np.uint8), three], axis=1)
        return low_first.copy().view('<i4')[:, 0].astype(np.int32)
    if name in ('S24_32LE', 'S24_32BE'):
        words = np.frombuffer(raw, '<u4' if name == 'S24_32LE' else '>u4').astype(np.uint32)
        return (words << np.uint32(8)).view(np.int32)
    dtype = np.dtype(NUMPY_FORMATS[name])
    samples = np.frombuffer(raw, dtype).astype(dtype.newbyteorder('='), copy=False)
    return widened(samples)


def widened(samples: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return 8-bit samples as int16, double ones as float32; others as they are."""
    if samples.dtype == np.uint8:
        return np.asarray((samples.astype(np.int16) - 128) * 256, np.int16)
    if samples.dtype == np.int8:
        return np.asarray(samples.astype(np.int16) * 256, np.int16)
    return samples.astype(np.float32) if samples.dtype == np.float64 else samples


def align(raw: bytes, rest: bytearray, name: str, channels: int) -> bytes:
    """Return the whole frames of a message that may cut a sample; ``rest`` keeps what is left.

    Of the rest of the message before and none of it (that message may be lost), that one counts
    which gives the smoother sound: shifted by a byte, sound is loud noise.
    """
    size = SAMPLE_BYTES[name] * max(channels, 1)
    joined = bytes(rest) + raw
    if rest and _roughness(raw, name, size) < _roughness(joined, name, size):
        joined = raw
    whole = len(joined) - len(joined) % size
    rest[:] = joined[whole:]
    return joined[:whole]


def _roughness(raw: bytes, name: str, size: int) -> float:
    """Return the mean difference of neighbouring samples of the first channel."""
    step = size // SAMPLE_BYTES[name]
    samples = to_samples(raw[: len(raw) - len(raw) % size], name)[::step].astype(np.float64)
    return float(np.abs(np.diff(samples)).mean()) if len(samples) > 1 else 0.0


def read_wave(raw: bytes) -> AudioArray | None:
    """Return the sound of a message that is a whole WAV file; None for another.

    InvalidInput('unsupported_format') for a WAV that is damaged or holds other than integers of
    8 to 32 bits.
    """
    if raw[:4] != b'RIFF' or raw[8:12] != b'WAVE':
        return None
    try:
        with wave.open(io.BytesIO(raw)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            data = file.readframes(len(raw) // (width * channels))
    except (wave.Error, EOFError) as error:
        raise InvalidInput('unsupported_format', f'WAV: {error}') from error
    if width not in WAVE_FORMATS:
        raise InvalidInput('unsupported_format', f'WAV of {8 * width} bits')
    data = data[: len(data) - len(data) % (width * channels)]
    name = WAVE_FORMATS[width]
    return AudioArray(to_samples(data, name), rate, channels)


def is_mp3(raw: bytes) -> bool:
    """Return whether a message begins with a frame of MP3 that ends with it, or before another."""
    if raw[:3] == b'ID3':
        return True
    if len(raw) < 4 or raw[0] != 0xFF or raw[1] & 0xE6 != 0xE2:  # sync, layer 3
        return False
    version, kbps, rate = raw[1] >> 3 & 3, raw[2] >> 4, raw[2] >> 2 & 3
    if version == 1 or not 1 <= kbps <= 14 or rate == 3:
        return False
    is_first = version == 3
    kilobits = (MP3_KBPS if is_first else MP3_MONO_HALF_KBPS)[kbps - 1]
    hz = MP3_RATES[rate] // (1 if is_first else 2 if version == 2 else 4)
    length = (144 if is_first else 72) * kilobits * 1000 // hz + (raw[2] >> 1 & 1)
    return len(raw) == length or raw[length : length + 2] == raw[:2]


def _mulaw() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4 & 7).astype(np.int32), (code & 15).astype(np.int32)
    size = (((mantissa << 3) + 132) << exponent) - 132
    return np.where(code & 128, -size, size).astype(np.int16)


def _alaw() -> NDArray[np.int16]:
    code = np.arange(256, dtype=np.uint8) ^ np.uint8(0x55)
    exponent, mantissa = (code >> 4 & 7).astype(np.int32), (code & 15).astype(np.int32)
    small = (mantissa << 4) + 8
    size = np.where(exponent > 0, (small + 256) << np.maximum(exponent - 1, 0), small)
    return np.where(code & 128, size, -size).astype(np.int16)


G711 = {'MULAW': _mulaw(), 'ALAW': _alaw()}
