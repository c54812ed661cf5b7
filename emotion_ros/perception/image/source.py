# SPDX-License-Identifier: MIT
"""Pictures, a video, a webcam or a network stream, one image after the other."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Protocol
from urllib.parse import unquote, urlsplit

import cv2
import numpy as np

from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.image.picture_file import is_picture, is_picture_name, read_picture
from emotion_ros.perception.image.sample import ImageSample
from emotion_ros.perception.image.stream_address import (
    STREAM_PORTS,
    TIMEOUT_S,
    connection_problem,
    is_stream,
    public_address,
    scheme_of,
)
from emotion_ros.perception.image.video_file import Video, open_capture, rate_hz

_GIF = '.gif'
_DEVICE = re.compile(r'/dev/video(\d+)')
_MOST_NAMED = 3


class ImageSource(Protocol):
    """A sequence of images; ``count`` is an estimate, None when unknown or endless.

    ``notes`` are lines for the user on what was left out, complete after the last sample.
    """

    name: str
    is_moving: bool
    count: int | None
    rate_hz: float
    notes: Sequence[str]

    def samples(self) -> Iterator[ImageSample]:
        """Yield the images in order; call it once."""
        ...


class Pictures:
    """Picture files, turned upright by their EXIF orientation; of several frames the first."""

    name = 'pictures'
    is_moving = False
    rate_hz = 0.0

    def __init__(self, paths: Sequence[Path], left_out: Sequence[Path] = ()) -> None:
        """Take the files; those ``left_out`` of their folders only have a note."""
        self.count: int | None = len(paths)
        self._notes: list[str] = []
        self.notes: Sequence[str] = self._notes
        self._paths = paths
        if left_out:
            self._notes.append(f'no pictures, left out: {_names(left_out)}')

    def samples(self) -> Iterator[ImageSample]:
        """Yield one sample per file, with the error of a file that cannot be used."""
        with_more: list[Path] = []
        for path in self._paths:
            try:
                image_bgr, has_more = read_picture(path)
            except InvalidInput as error:
                yield ImageSample(str(path), error=error)
            except OSError as error:
                unreadable = InvalidInput('unreadable', str(error.strerror))
                yield ImageSample(str(path), error=unreadable)
            else:
                with_more += [path] if has_more else []
                yield ImageSample(str(path), image_bgr=image_bgr)
        if with_more:
            self._notes.append(f'only the first image was used of {_names(with_more)}')


class _Camera:
    """A source without an end, until ``stop`` or until it gives no more images."""

    is_moving = True
    notes: Sequence[str] = ()
    count: int | None = None

    def __init__(self, name: str, capture: cv2.VideoCapture, clock: Callable[[], float]) -> None:
        self.name = name
        self._capture = capture
        self._clock = clock
        self._stopped = False
        self.rate_hz = rate_hz(capture)

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
        super().__init__(name, open_capture(index, cv2.CAP_ANY, problem), clock)


class Stream(_Camera):
    """A video stream from the network, such as ``rtsp://camera/live``."""

    def __init__(self, url: str, clock: Callable[[], float] = monotonic) -> None:
        """Open it; ConfigError when nothing answers within TIMEOUT_S, or no video."""
        name = public_address(url)
        limit_ms = int(TIMEOUT_S * 1000)
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, limit_ms]
        limits += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, limit_ms]
        try:
            capture = open_capture(url, cv2.CAP_FFMPEG, f'{name}: gives no video', limits)
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
    expanded = [_expand(given) for given in parsed if isinstance(given, Path)]
    paths = [path for found, _ in expanded for path in found]
    left_out = [path for _, others in expanded for path in others]
    moving = [path for path in paths if not is_picture(path)]
    if moving and len(paths) > 1:
        raise ConfigError(f'{moving[0]}: is not a picture; a video must be the only input')
    if len(paths) == 1 and paths[0].suffix.lower() == _GIF:
        with suppress(ConfigError):
            moving = paths if (Video(paths[0]).count or 0) > 1 else []
    return Video(moving[0]) if moving else Pictures(paths, left_out)


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


def _expand(path: Path) -> tuple[list[Path], list[Path]]:
    """Return the pictures in a folder and its other files; of a file itself."""
    if path.is_dir():
        children = sorted(child for child in path.iterdir() if not child.name.startswith('.'))
        pictures = [child for child in children if is_picture_name(child)]
        others = [child for child in children if child.is_file() and not is_picture_name(child)]
        if not pictures:
            folders = any(child.is_dir() for child in children)
            cure = f': {_names(others)}: give files one by one' if others else ''
            cure += f'; for its sub-folders: {path}/*/' if folders else ''
            raise ConfigError(f'{path}: has no pictures in it{cure}')
        return pictures, others
    if not path.exists():
        raise ConfigError(f'{path}: no such file or folder')
    if not path.is_file():
        raise ConfigError(f'{path}: is no file; a webcam is given as its number or /dev/videoN')
    return [path], []


def _names(paths: Sequence[Path]) -> str:
    shown = ', '.join(path.name for path in paths[:_MOST_NAMED])
    more = len(paths) - _MOST_NAMED
    return f'{shown} and {more} more' if more > 0 else shown
