# SPDX-License-Identifier: MIT
"""Sound files: WAV without a dependency, everything that libsndfile reads with ``soundfile``."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError

SOUND_SUFFIXES = ('.wav', '.flac', '.ogg', '.oga', '.opus', '.mp3', '.aif', '.aiff')
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE


@dataclass(frozen=True)
class Sound:
    """``samples`` float32 [frames, channels] with full scale at 1, ``sample_rate`` in Hz."""

    samples: NDArray[np.float32]
    sample_rate: int

    @property
    def seconds(self) -> float:
        """The length (s)."""
        return len(self.samples) / self.sample_rate


def is_sound_file(name: str) -> bool:
    """Return whether a file of this name would be read as sound."""
    return Path(name).suffix.lower() in SOUND_SUFFIXES


def read_sound(path: Path) -> Sound:
    """Return the sound in a file; of a file that is cut off, what there is.

    ConfigError, in one line, when there is no such file or nothing in it can be read, and for
    anything but WAV when ``soundfile`` is not installed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f'{path}: cannot be read: {error.strerror}') from error
    if data[:4] == b'RIFF' and data[8:12] == b'WAVE':
        sound = _read_wav(path, data)
    else:
        sound = _read_other(path)
    if not sound.sample_rate or not len(sound.samples):
        raise ConfigError(f'{path}: has no sound in it')
    return sound


def _read_wav(path: Path, data: bytes) -> Sound:
    chunks = dict(_chunks(data))
    if len(chunks.get(b'fmt ', b'')) < 16 or b'data' not in chunks:
        raise ConfigError(f'{path}: is no complete WAV file (no format or no samples)')
    coding, channels, rate, _, _, bits = struct.unpack('<HHIIHH', chunks[b'fmt '][:16])
    if coding == EXTENSIBLE and len(chunks[b'fmt ']) >= 26:
        coding = struct.unpack('<H', chunks[b'fmt '][24:26])[0]
    if (coding, bits) not in _DECODE or not channels:
        return _read_other(path)
    width = channels * bits // 8
    whole = chunks[b'data'][: len(chunks[b'data']) // width * width]
    samples = np.nan_to_num(_DECODE[coding, bits](whole).astype(np.float32))
    return Sound(samples.reshape(-1, channels), rate)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of the chunks, the last one as far as it is there."""
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack('<4sI', data[at : at + 8])
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _decode_24_bits(data: bytes) -> NDArray[np.float64]:
    values = np.frombuffer(data, np.uint8).reshape(-1, 3)
    padded = np.zeros((len(values), 4), np.uint8)
    padded[:, 1:] = values
    return padded.view('<i4')[:, 0] / 2.0**31


_DECODE: dict[tuple[int, int], Callable[[bytes], NDArray[Any]]] = {
    (PCM, 8): lambda data: np.frombuffer(data, np.uint8) / 128.0 - 1.0,
    (PCM, 16): lambda data: np.frombuffer(data, '<i2') / 2.0**15,
    (PCM, 24): _decode_24_bits,
    (PCM, 32): lambda data: np.frombuffer(data, '<i4') / 2.0**31,
    (FLOAT, 32): lambda data: np.frombuffer(data, '<f4'),
    (FLOAT, 64): lambda data: np.frombuffer(data, '<f8'),
}


def _read_other(path: Path) -> Sound:
    try:
        import soundfile
    except (ImportError, OSError) as error:  # OSError: without libsndfile
        raise ConfigError(
            f'{path}: only plain WAV is read without the package soundfile (pip install soundfile)'
        ) from error
    try:
        samples, rate = soundfile.read(path, dtype='float32', always_2d=True)
    except (RuntimeError, ValueError) as error:  # soundfile.LibsndfileError is a RuntimeError
        raise ConfigError(f'{path}: is no sound file that can be read') from error
    return Sound(np.nan_to_num(samples), int(rate))
