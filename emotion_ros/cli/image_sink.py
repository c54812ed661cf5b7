# SPDX-License-Identifier: MIT
"""Where annotated images go: one picture, or a video."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import cv2

from emotion_ros.cli.image_source import PICTURE_SUFFIXES, Footage
from emotion_ros.errors import ConfigError
from emotion_ros.files.atomic_write import draft_of
from emotion_ros.perception.image.decode import ImageArray

CODECS = {'.mp4': 'mp4v', '.avi': 'MJPG'}


class AnnotatedFile(Protocol):
    """Takes images, BGR uint8, all of one size, in the order of time."""

    def add(self, image_bgr: ImageArray, at_s: float) -> None:
        """Append an image that was taken ``at_s`` seconds after the first."""
        ...


class _Picture:
    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, image_bgr: ImageArray, at_s: float) -> None:
        del at_s
        if not cv2.imwrite(str(self._path), image_bgr):
            raise ConfigError(f'{self._path}: cannot be written')


class _Video:
    """Frames at a steady rate: an image is repeated or left out to be shown when it was taken."""

    def __init__(self, path: Path, rate_hz: float) -> None:
        self._path = path
        self._rate_hz = rate_hz
        self._writer: cv2.VideoWriter | None = None
        self._written = 0

    def add(self, image_bgr: ImageArray, at_s: float) -> None:
        if self._writer is None:
            self._writer = self._open(image_bgr)
        due = round(at_s * self._rate_hz) + 1
        for _ in range(due - self._written):
            self._writer.write(image_bgr)
        self._written = max(due, self._written)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.release()

    def _open(self, image_bgr: ImageArray) -> cv2.VideoWriter:
        height, width = image_bgr.shape[:2]
        codec = cv2.VideoWriter.fourcc(*CODECS[self._path.suffix.lower()])
        writer = cv2.VideoWriter(str(self._path), codec, self._rate_hz, (width, height))
        if not writer.isOpened():
            raise ConfigError(f'{self._path.suffix}: this OpenCV cannot write such videos')
        return writer


@contextmanager
def annotated_file(path: Path, footage: Footage) -> Iterator[AnnotatedFile]:
    """Open the file for what this footage gives; it appears whole, at the end, or not at all.

    ConfigError when the suffix is of another kind than the footage, for several pictures, or
    when the file cannot be written.
    """
    _check_suffix(path, footage)
    with draft_of(path) as draft:
        if not footage.is_moving:
            yield _Picture(draft)
            return
        video = _Video(draft, footage.rate_hz)
        try:
            yield video
        finally:
            video.close()


def _check_suffix(path: Path, footage: Footage) -> None:
    known = tuple(CODECS) if footage.is_moving else PICTURE_SUFFIXES
    if path.suffix.lower() not in known:
        kind = 'a video or webcam' if footage.is_moving else 'a picture'
        raise ConfigError(f'{path}: what is made of {kind} ends with {", ".join(known)}')
    if not footage.is_moving and footage.count != 1:
        raise ConfigError(f'{path}: holds one picture, not {footage.count}')
    if path.is_dir():
        raise ConfigError(f'{path}: is a folder')
