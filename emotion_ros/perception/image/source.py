# SPDX-License-Identifier: MIT
"""Pictures, a video, a webcam or a network stream, one image after the other."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from time import monotonic
from typing import Protocol
from urllib.parse import unquote, urlsplit

import cv2
import numpy as np

from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.image.compressed import decode_compressed
from emotion_ros.perception.image.decode import ImageArray, validate_size
from emotion_ros.perception.image.file_headers import FILE_FORMATS
from emotion_ros.perception.image.stream_address import (
    STREAM_PORTS,
    TIMEOUT_S,
    connection_problem,
    is_stream,
    public_address,
    scheme_of,
)
from emotion_ros.perception.image.video_header import declares_frames

PICTURE_SUFFIXES = (
    *('.jpg', '.jpeg', '.jpe', '.jfif', '.jfi', '.jif', '.mpo'),
    *('.png', '.webp', '.bmp', '.dib', '.tif', '.tiff', '.gif'),
)
_MOTION_JPEG = ('.mjpg', '.mjpeg')  # a video that begins like a picture
_HEAD_BYTES = 16
_GIF, _GIF_MAGIC = '.gif', b'GIF8'
_DEVICE = re.compile(r'/dev/video(\d+)')
SILENT = 0  # OpenCV's log level
USUAL_RATE_HZ = 30.0
MAX_RATE_HZ = 240.0
MISSING_SHARE = 0.05  # headers are off by a frame or two


@dataclass(frozen=True, eq=False)
class ImageSample:
    """One image, BGR uint8, or the ``error`` because of which there is none.

    ``at_s`` counts from the start of a video, webcam or stream; None for a single picture.
    """

    source: str
    at_s: float | None = None
    image_bgr: ImageArray | None = None
    error: InvalidInput | None = None


class ImageSource(Protocol):
    """A sequence of images; ``count`` is an estimate, None when unknown or endless."""

    name: str
    is_moving: bool
    count: int | None
    rate_hz: float

    def samples(self) -> Iterator[ImageSample]:
        """Yield the images in order; call it once."""
        ...


class Pictures:
    """Picture files, turned upright by their EXIF orientation; of several frames the first."""

    name = 'pictures'
    is_moving = False
    rate_hz = 0.0

    def __init__(self, paths: Sequence[Path]) -> None:
        self.count: int | None = len(paths)
        self._paths = paths

    def samples(self) -> Iterator[ImageSample]:
        """Yield one sample per file, with the error of a file that cannot be used."""
        for path in self._paths:
            try:
                image_bgr = _read_picture(path)
            except InvalidInput as error:
                yield ImageSample(str(path), error=error)
            except OSError as error:
                unreadable = InvalidInput('unreadable', str(error.strerror))
                yield ImageSample(str(path), error=unreadable)
            else:
                yield ImageSample(str(path), image_bgr=image_bgr)


class Video:
    """A video file; frames have the times that the file gives, even where they vary (phones)."""

    is_moving = True

    def __init__(self, path: Path) -> None:
        """Open it; ConfigError when it holds no frames of a usable size."""
        self.name, self._path = str(path), path
        problem = f'{path}: is not a readable picture or video'
        self._capture = _open(str(path), cv2.CAP_FFMPEG, problem)
        self.rate_hz = _rate_hz(self._capture)
        declared = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.count = int(declared) if 0 < declared < 1e9 else None

    def samples(self) -> Iterator[ImageSample]:
        """Yield the frames, at the end an error (truncated) when many are missing."""
        read, at_s = 0, 0.0
        while (frame := self._capture.read())[0]:
            image = np.asarray(frame[1], np.uint8)
            if read:  # a frame without a time, or with an earlier one, follows at the usual rate
                position_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
                at_s = position_s if position_s > at_s else at_s + 1 / self.rate_hz
            yield ImageSample(self.name, at_s, image)
            read += 1
        is_short = self.count and read < (1.0 - MISSING_SHARE) * self.count
        if is_short and declares_frames(self._path):
            missing = f'{read} of {self.count} frames can be read'
            at_s += 1 / self.rate_hz
            yield ImageSample(self.name, at_s, error=InvalidInput('truncated', missing))


class _Camera:
    """A source without an end, until ``stop`` or until it gives no more images."""

    is_moving = True
    count: int | None = None

    def __init__(self, name: str, capture: cv2.VideoCapture, clock: Callable[[], float]) -> None:
        self.name = name
        self._capture = capture
        self._clock = clock
        self._stopped = False
        self.rate_hz = _rate_hz(capture)

    def stop(self) -> None:
        """End after the current image."""
        self._stopped = True

    def samples(self) -> Iterator[ImageSample]:
        """Yield the current image, again and again, with the time at which it arrived."""
        began_s = self._clock()
        while not self._stopped and self._capture.grab():
            at_s = self._clock() - began_s
            is_read, image = self._capture.retrieve()
            if not is_read:
                return
            yield ImageSample(self.name, at_s, np.asarray(image, np.uint8))


class Webcam(_Camera):
    """The camera with this number."""

    def __init__(self, index: int, clock: Callable[[], float] = monotonic) -> None:
        """Open it; ConfigError when there is none, or another program has it."""
        name = f'webcam {index}'
        problem = f'{name}: cannot be opened (is it connected, and not in use?)'
        super().__init__(name, _open(index, cv2.CAP_ANY, problem), clock)


class Stream(_Camera):
    """A video stream from the network, such as ``rtsp://camera/live``."""

    def __init__(self, url: str, clock: Callable[[], float] = monotonic) -> None:
        """Open it; ConfigError when nothing answers within TIMEOUT_S, or no video."""
        name = public_address(url)
        limit_ms = int(TIMEOUT_S * 1000)
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, limit_ms]
        limits += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, limit_ms]
        try:
            capture = _open(url, cv2.CAP_FFMPEG, f'{name}: gives no video', limits)
        except ConfigError as error:
            cause = connection_problem(url)
            raise ConfigError(f'{name}: {cause}' if cause else str(error)) from error
        super().__init__(name, capture, clock)


def open_image_source(inputs: Sequence[str]) -> ImageSource:
    """Return the source for pictures and folders of them, a video, a webcam, or a stream.

    A webcam is a number or /dev/videoN, also by a link such as those in /dev/v4l; a file whose
    name is a number is taken as a file; a stream is an address of one of STREAM_PORTS.
    ConfigError when a file is missing, when a folder holds no pictures, when a webcam or a
    stream cannot be opened, or when a video, a webcam or a stream is not the only one.
    """
    streams = [name for name in inputs if is_stream(name)]
    if streams and len(inputs) == 1:
        return Stream(streams[0])
    if streams:
        raise ConfigError(f'{public_address(streams[0])}: a stream must be the only input')
    parsed = [_parse_input(name) for name in inputs]
    webcams = [index for index in parsed if isinstance(index, int)]
    if webcams and len(parsed) == 1:
        return Webcam(webcams[0])
    if webcams:
        raise ConfigError(f'webcam {webcams[0]}: a webcam must be the only input')
    paths = [path for given in parsed if isinstance(given, Path) for path in _expand(given)]
    moving = [path for path in paths if not _is_picture(path)]
    if moving and len(paths) > 1:
        raise ConfigError(f'{moving[0]}: is not a picture; a video must be the only input')
    if len(paths) == 1 and paths[0].suffix.lower() == _GIF:
        with suppress(ConfigError):
            moving = paths if (Video(paths[0]).count or 0) > 1 else []
    return Video(moving[0]) if moving else Pictures(paths)


def _parse_input(name: str) -> int | Path:
    """Return the number of a webcam, or a path; ConfigError for an address but file://."""
    if scheme := scheme_of(name):
        if scheme != 'file':
            known = ', '.join(f'{scheme}://' for scheme in STREAM_PORTS)
            raise ConfigError(
                f'{public_address(name)}: not read; known: {known}, or record a file '
                '(ffmpeg -i ADDRESS FILE.mp4)'
            )
        name = unquote(urlsplit(name).path)
    if name.isdecimal() and not Path(name).exists():
        return int(name)
    device = _DEVICE.fullmatch(os.path.realpath(name))
    return int(device[1]) if device else Path(name)


def _expand(path: Path) -> list[Path]:
    if path.is_dir():
        pictures = sorted(child for child in path.iterdir() if _has_picture_suffix(child))
        if not pictures:
            raise ConfigError(f'{path}: has no pictures in it')
        return pictures
    if not path.exists():
        raise ConfigError(f'{path}: no such file or folder')
    if not path.is_file():
        raise ConfigError(f'{path}: is no file; a webcam is given as its number or /dev/videoN')
    return [path]


def _read_picture(path: Path) -> ImageArray:
    """Return a picture, upright; InvalidInput when it cannot be decoded."""
    data = path.read_bytes()
    if path.suffix.lower() != _GIF or not data.startswith(_GIF_MAGIC):
        return decode_compressed(data, upright=True, formats=FILE_FORMATS)
    try:
        first = next(Video(path).samples())  # not every OpenCV reads GIF as a picture
    except ConfigError as error:
        raise InvalidInput('bad_compressed', str(error)) from error
    if first.image_bgr is None:
        raise InvalidInput('bad_compressed', 'a GIF without a frame')
    return first.image_bgr


def _has_picture_suffix(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES


def _is_picture(path: Path) -> bool:
    """Decide by the suffix, without a known one by the content."""
    if _has_picture_suffix(path) or path.suffix.lower() in _MOTION_JPEG:
        return _has_picture_suffix(path)
    try:
        with path.open('rb') as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return any(begins.match(head) for begins, _ in FILE_FORMATS.values())


def _open(
    what: str | int, reader: int, problem: str, properties: Sequence[int] = ()
) -> cv2.VideoCapture:
    os.environ.setdefault('OPENCV_FFMPEG_LOGLEVEL', '-8')  # the error names the problem
    has_moved = not hasattr(cv2, 'setLogLevel')  # with OpenCV 4.12
    (cv2.utils.logging if has_moved else cv2).setLogLevel(SILENT)
    capture = cv2.VideoCapture(what, reader, list(properties))
    sides = [capture.get(side) for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)]
    if not capture.isOpened():
        raise ConfigError(problem)
    try:
        validate_size(*(int(side) for side in sides))
    except InvalidInput as error:
        raise ConfigError(f'{problem}: {error}') from error
    return capture


def _rate_hz(capture: cv2.VideoCapture) -> float:
    """Return the frames per second; USUAL_RATE_HZ when the source gives no valid rate."""
    rate_hz = float(capture.get(cv2.CAP_PROP_FPS))
    return rate_hz if isfinite(rate_hz) and 0.0 < rate_hz <= MAX_RATE_HZ else USUAL_RATE_HZ
