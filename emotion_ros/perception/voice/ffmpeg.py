# SPDX-License-Identifier: MIT
"""The sound of video files and of formats that need a codec, decoded by the program ffmpeg.

It is a separate program, so that its licence (LGPL or GPL) does not reach this package. Only the
local file is read: a playlist in it cannot reach the network.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

import numpy as np

from emotion_ros.errors import ConfigError, MissingDependency
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE
from emotion_ros.perception.voice.stream import AudioChunk

INSTALL = 'apt install ffmpeg, or pip install imageio-ffmpeg'
CHUNK_S = 1.0
PROBE_TIMEOUT_S = 30.0
_AUDIO = re.compile(r'^\s*Stream #0:\d+.*: Audio: ', re.MULTILINE)
_FIRST_FRAME = re.compile(r'\bn: *0 pts:.*?pts_time: *(-?[\d.]+)')
_DURATION = re.compile(r'^ *Duration: (\d+):(\d+):(\d+\.\d+)', re.MULTILINE)
_OUT_TIME = re.compile(r'^out_time_us=(\d+)', re.MULTILINE)
MOST_MISSING_S = 1.0
_TAG = re.compile(r'^\[[^]]*\] ')


def find_ffmpeg() -> str:
    """Return the path of the program; MissingDependency when there is none."""
    if program := shutil.which('ffmpeg'):
        return program
    try:
        import imageio_ffmpeg  # an extra

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise MissingDependency(f'ffmpeg is missing: {INSTALL}') from error


@dataclass
class EncodedSound:
    """The sound of one file.

    ``tracks`` is how many there are; the times of ``chunks`` count from the first frame of the
    video, at ``first_frame_s`` of the clock of the file (0 where there is none). ``declared_s`` is
    the length that the file says it has, 0 for none. ``problem`` is what ffmpeg says of damage,
    or that the file is shorter than it says, known after the last chunk.
    """

    path: Path
    tracks: int
    first_frame_s: float
    declared_s: float = 0.0
    problem: str = ''
    _end_s: float = 0.0

    @classmethod
    def open(cls, path: Path) -> 'EncodedSound':
        """Look into the file; MissingDependency without ffmpeg, ConfigError if it is unreadable.

        A file without sound has no ``tracks``.
        """
        show_first_frame = ['-map', '0:v:0?', '-frames:v', '1', '-vf', 'showinfo', '-f', 'null']
        try:
            found = subprocess.run(
                [*_command(path, 'info'), *show_first_frame, '-'],
                capture_output=True,
                timeout=PROBE_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ConfigError(f'{path}: ffmpeg reads no end of it') from error
        text = found.stderr.decode(errors='replace')
        if 'Input #0' not in text:
            raise ConfigError(f'{path}: {_first_line(text)}')
        frame = _FIRST_FRAME.search(text)
        head = text.split('\nStream mapping:')[0]
        parts = _DURATION.search(head)
        hours, minutes, seconds = map(float, parts.groups()) if parts else (0.0, 0.0, 0.0)
        declared_s = 3600 * hours + 60 * minutes + seconds
        tracks = len(_AUDIO.findall(head))
        return cls(path, tracks, float(frame[1]) if frame else 0.0, declared_s)

    def chunks(self, track: int = 1) -> Iterator[AudioChunk]:
        """Yield mono sound at 16 kHz; gaps between the time stamps of the file are silence.

        ``track`` counts from 1; ConfigError when there are fewer.
        """
        if not 1 <= track <= self.tracks:
            raise ConfigError(f'{self.path}: has {self.tracks} tracks of sound, not {track}')
        decoded = ['-map', f'0:a:{track - 1}', '-af', 'aresample=async=1:first_pts=0', '-ac', '1']
        form = ['-ar', str(SAMPLE_RATE), '-f', 's16le', '-']
        with TemporaryFile() as log:  # a pipe that is not read would fill
            process = subprocess.Popen(
                [*_command(self.path, 'error'), *decoded, *form],
                stdout=subprocess.PIPE,
                stderr=log,
            )
            try:
                with cast(IO[bytes], process.stdout) as sound:
                    yield from self._read(sound)
                process.wait()
                log.seek(0)
                self.problem = _first_line(log.read().decode(errors='replace'))
                self.problem = self.problem or self._cut_off()
            finally:
                process.kill()
                process.wait()

    def _cut_off(self) -> str:
        """Return where the file ends, if that is earlier than it says; '' else.

        The sound alone may be shorter than the images: then all tracks count.
        """
        if not cut_off(self._end_s, self.declared_s):
            return ''
        copied = ['-map', '0', '-c', 'copy', '-f', 'null', '-progress', '-', os.devnull]
        command = [*_command(self.path, 'quiet'), *copied]
        found = subprocess.run(command, capture_output=True, check=False)
        times = _OUT_TIME.findall(found.stdout.decode(errors='replace'))
        return cut_off(float(times[-1]) / 1e6 if times else self._end_s, self.declared_s)

    def _read(self, sound: IO[bytes]) -> Iterator[AudioChunk]:
        stamp_s = -self.first_frame_s
        while data := sound.read(2 * round(CHUNK_S * SAMPLE_RATE)):
            samples = np.frombuffer(data[: len(data) // 2 * 2], '<i2').astype(np.int16)
            yield AudioChunk(samples, SAMPLE_RATE, 1, stamp_s, self.path.name)
            stamp_s += len(samples) / SAMPLE_RATE
        self._end_s = stamp_s + self.first_frame_s


def cut_off(end_s: float, declared_s: float) -> str:
    """Return where a file ends that is more than MOST_MISSING_S shorter than it says; '' else."""
    is_short = end_s < declared_s - MOST_MISSING_S
    return f'ends at {end_s:.1f} s of {declared_s:.1f} s' if is_short else ''


def _command(path: Path, level: str) -> list[str]:
    """Return the beginning of a command that reads a file; ``file:`` makes every name a path."""
    quiet = ['-nostdin', '-hide_banner', '-v', level]
    return [find_ffmpeg(), *quiet, '-protocol_whitelist', 'file', '-i', f'file:{path.absolute()}']


def _first_line(text: str) -> str:
    """Return the first line without the part of ffmpeg that says it; '' for none."""
    lines = (line.strip() for line in text.splitlines())
    return next((_TAG.sub('', line) for line in lines if line), '')
