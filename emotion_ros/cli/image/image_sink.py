# SPDX-License-Identifier: MIT
"""Writing of annotated images: one picture, or a video."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import cv2

from emotion_ros.errors import ConfigError
from emotion_ros.files.atomic_write import atomic_write
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.image.source import ImageSource

PICTURE_SUFFIXES = ('.jpg', '.jpeg', '.png')
CODECS = {'.mp4': 'mp4v', '.avi': 'MJPG'}


class ImageSink(Protocol):
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
    """Frames at a constant rate; images are repeated or dropped to keep their times."""

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
            suffix = self._path.suffix
            raise ConfigError(f'{suffix}: the installed OpenCV cannot write it; try .avi')
        return writer


@contextmanager
def open_image_sink(path: Path, source: ImageSource) -> Iterator[ImageSink]:
    """Open a file for the images of a source; it appears only when it is complete.

    ConfigError when the suffix does not fit the source, for several pictures, or when the file
    cannot be written.
    """
    known = tuple(CODECS) if source.is_moving else PICTURE_SUFFIXES
    if path.suffix.lower() not in known:
        kind = 'a video or webcam' if source.is_moving else 'a picture'
        raise ConfigError(f'{path}: the output for {kind} must end with {", ".join(known)}')
    if not source.is_moving and source.count != 1:
        raise ConfigError(f'{path}: takes one picture, not {source.count}')
    if path.is_dir():
        raise ConfigError(f'{path}: is a folder')
    with atomic_write(path) as draft:
        if not source.is_moving:
            yield _Picture(draft)
            return
        video = _Video(draft, source.rate_hz)
        try:
            yield video
        finally:
            video.close()
