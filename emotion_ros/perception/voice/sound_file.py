# SPDX-License-Identifier: MIT
"""Sound from a file: WAV by itself, other formats by soundfile, or by ffmpeg."""

import wave
from collections.abc import Callable, Iterator
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError, InvalidInput, MissingDependency
from emotion_ros.perception.voice.ffmpeg import INSTALL, EncodedSound, cut_off
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE
from emotion_ros.perception.voice.resample import MAX_RATE
from emotion_ros.perception.voice.stream import AudioChunk, check_chunk

LONGEST_S = 4 * 3600.0
HEADER_BYTES = 4096
LARGEST_BYTES = 2**32 - 1
UNKNOWN_BYTES = 0x7FFF0000
"""A program that cannot go back to the header (a pipe, arecord) declares this much or more."""
NEEDS_SOUNDFILE = (
    'pip install soundfile reads FLAC, OGG, MP3 and WAV of every kind, ffmpeg M4A, AAC and video'
)


def read_sound(path: Path, on_damage: Callable[[str], None] | None = None) -> AudioChunk:
    """Return all of a file as int16 samples, with stamp 0.

    Of a file that was cut or is damaged, what can be read: ``on_damage`` gets the problem.
    ConfigError, with the path and the remedy, for a file that is missing, damaged, empty, of an
    unknown format, longer than LONGEST_S, or of a rate that no stream takes.
    """
    try:
        sound, problem = _read_wave(path) or _read_other(path)
    except OSError as error:
        raise ConfigError(f'{path}: cannot be read: {error.strerror or error}') from error
    if sound.sample_rate > MAX_RATE:  # of an audio interface; a stream of it is refused
        needed = f'unsupported_rate: {sound.sample_rate} Hz needs ffmpeg ({INSTALL})'
        sound, problem = _read_encoded(path, needed)
    if not len(sound.samples):
        raise ConfigError(f'{path}: holds no sound')
    if sound.duration_s > LONGEST_S:
        raise ConfigError(f'{path}: longer than {LONGEST_S / 3600:.0f} h: cut it')
    try:
        check_chunk(
            AudioChunk(sound.samples[: sound.channels], sound.sample_rate, sound.channels, 0)
        )
    except InvalidInput as error:
        raise ConfigError(f'{path}: {error}') from error
    if problem and on_damage:
        on_damage(f'{path}: damaged: {problem}')
    return sound


def cut_sound(sound: AudioChunk, chunk_s: float) -> Iterator[AudioChunk]:
    """Yield the sound in chunks of ``chunk_s``, the last one shorter, stamped from its own."""
    frames = max(1, round(chunk_s * sound.sample_rate))
    step = frames * sound.channels
    for number, start in enumerate(range(0, len(sound.samples), step)):
        stamp_s = sound.stamp_s + number * frames / sound.sample_rate
        part = sound.samples[start : start + step]
        yield AudioChunk(part, sound.sample_rate, sound.channels, stamp_s, sound.source)


def to_int16(samples: NDArray[np.floating]) -> NDArray[np.int16]:
    """Return samples of full scale 1 as int16; what is beyond is clipped, NaN becomes 0."""
    scaled = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0) * 32767.0
    return np.asarray(np.clip(np.rint(scaled), -32768, 32767), np.int16)


def _read_wave(path: Path) -> tuple[AudioChunk, str] | None:
    """Return the sound of a WAV with integer samples and its problem; None for another format."""
    try:
        with path.open('rb') as opened, wave.open(_with_length(opened)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            declared = file.getnframes()
            data = file.readframes(declared)
    except (wave.Error, EOFError):
        return None
    frame = width * channels
    data = data[: len(data) - len(data) % frame]  # a copy that was cut short
    is_declared = declared * frame < UNKNOWN_BYTES
    problem = cut_off(len(data) / frame / rate, declared / rate) if is_declared else ''
    raw = np.frombuffer(data, np.uint8)
    if width == 1:  # unsigned, unlike all others
        samples = ((raw.astype(np.int16) - 128) * 256).astype(np.int16)
    else:  # little-endian: the upper two bytes
        samples = raw.reshape(-1, width)[:, -2:].copy().view('<i2')[:, 0].astype(np.int16)
    return AudioChunk(samples, rate, channels, 0.0, path.name), problem


def _with_length(file: BinaryIO) -> BinaryIO:
    """Return a WAV file, with its length where a writer that was killed left 0."""
    head = file.read(HEADER_BYTES)
    size = file.seek(0, SEEK_END)
    file.seek(0)
    begin = head.find(b'data', 12) + 8
    is_whole = int.from_bytes(head[4:8], 'little') == size - 8  # and empty
    has_none = begin >= 20 and head[begin - 4 : begin] == bytes(4)
    if is_whole or not has_none or not head.startswith(b'RIFF') or size > LARGEST_BYTES:
        return file
    data = bytearray(file.read())
    data[4:8] = (size - 8).to_bytes(4, 'little')
    data[begin - 4 : begin] = (size - begin).to_bytes(4, 'little')
    return BytesIO(data)


def _read_other(path: Path) -> tuple[AudioChunk, str]:
    try:
        import soundfile  # an extra, and 1 MB of library

        with soundfile.SoundFile(str(path)) as file:
            rate, declared = int(file.samplerate), int(file.frames)
            samples = file.read(dtype='float32', always_2d=True)
    except (ImportError, OSError) as error:  # OSError: its library is missing
        return _read_encoded(path, f'is no WAV with integer samples: {NEEDS_SOUNDFILE}', error)
    except soundfile.LibsndfileError as error:
        return _read_encoded(path, f'is no sound that can be read: {error}', error)
    sound = AudioChunk(to_int16(samples.ravel()), rate, samples.shape[1], 0.0, path.name)
    return sound, cut_off(len(samples) / rate, declared / rate)


def _read_encoded(
    path: Path, otherwise: str, cause: Exception | None = None
) -> tuple[AudioChunk, str]:
    """Return the first track by ffmpeg and its problem; without ffmpeg a ConfigError."""
    try:
        sound = EncodedSound.open(path)
    except MissingDependency:
        raise ConfigError(f'{path}: {otherwise}') from cause
    if not sound.tracks:
        raise ConfigError(f'{path}: holds no sound')
    parts, length_s = [], 0.0
    for chunk in sound.chunks():
        parts.append(chunk.samples)
        length_s += chunk.duration_s
        if length_s > LONGEST_S:
            break
    samples = np.concatenate(parts) if parts else np.empty(0, np.int16)
    return AudioChunk(samples, SAMPLE_RATE, 1, 0.0, path.name), sound.problem
