# SPDX-License-Identifier: MIT
"""Video files, and OpenCV's captures, opened silently and with errors that have a cause."""

import os
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path

import cv2
import numpy as np

from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.files.content import HEAD_BYTES, foreign_content
from emotion_ros.perception.image.decode import ImageArray, validate_size
from emotion_ros.perception.image.sample import ImageSample
from emotion_ros.perception.image.video_header import declares_frames, lacks_index

SILENT = 0  # OpenCV's log level
USUAL_RATE_HZ = 30.0
MAX_RATE_HZ = 240.0
MISSING_SHARE = 0.05  # headers are off by a frame or two
MOST_STRETCHED = 4.0


class UnreadableVideo(ConfigError):
    """A file in which OpenCV finds no frames; there may be sound in it."""


class Video:
    """A video file; frames have the times that the file gives, even where they vary (phones).

    Frames whose pixels are not square (DV, DVD, some cameras) are scaled to their shown width.
    """

    is_moving = True
    notes: Sequence[str] = ()

    def __init__(self, path: Path) -> None:
        """Open it; UnreadableVideo when it holds no frames of a usable size."""
        self.name, self._path = str(path), path
        try:
            problem = f'{path}: is not a readable picture or video'
            self._capture = open_capture(str(path), cv2.CAP_FFMPEG, problem)
        except ConfigError as error:
            cause = _cause(path)
            raise UnreadableVideo(f'{path}: {cause}' if cause else str(error)) from error
        self.rate_hz = rate_hz(self._capture)
        self._pixel_width = _pixel_width(self._capture)
        declared = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.count = int(declared) if 0 < declared < 1e9 else None

    def samples(self) -> Iterator[ImageSample]:
        """Yield the frames, at the end an error (truncated) when many are missing."""
        read, at_s = 0, 0.0
        while (frame := self._capture.read())[0]:
            image = _with_square_pixels(np.asarray(frame[1], np.uint8), self._pixel_width)
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


def first_frame(path: Path) -> ImageArray:
    """Return the first frame of a file; InvalidInput when it has none."""
    try:
        first = next(Video(path).samples())
    except ConfigError as error:
        raise InvalidInput('bad_compressed', str(error)) from error
    if first.image_bgr is None:
        raise InvalidInput('bad_compressed', 'a file without a frame')
    return first.image_bgr


def open_capture(
    what: str | int, reader: int, problem: str, properties: Sequence[int] = ()
) -> cv2.VideoCapture:
    """Return an open capture; ConfigError, ``problem``, when it has no images of a usable size."""
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


def rate_hz(capture: cv2.VideoCapture) -> float:
    """Return the frames per second; USUAL_RATE_HZ when the source gives no valid rate."""
    rate = float(capture.get(cv2.CAP_PROP_FPS))
    return rate if isfinite(rate) and 0.0 < rate <= MAX_RATE_HZ else USUAL_RATE_HZ


def _cause(path: Path) -> str:
    """Return why a file cannot be read; '' when that is not known."""
    try:
        with path.open('rb') as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        return f'cannot be read: {error.strerror}'
    if lacks_index(path):
        return (
            'the index of the video (moov) is missing: copy the recording again, or repair it: '
            f'untrunc WHOLE.mp4 {path.name}, WHOLE.mp4 from the same camera'
        )
    return foreign_content(head)


def _pixel_width(capture: cv2.VideoCapture) -> float:
    """Return the width of a pixel in heights of a pixel; 1 when it is not given."""
    width, height = capture.get(cv2.CAP_PROP_SAR_NUM), capture.get(cv2.CAP_PROP_SAR_DEN)
    ratio = width / height if width > 0 and height > 0 else 1.0
    return ratio if 1 / MOST_STRETCHED <= ratio <= MOST_STRETCHED else 1.0


def _with_square_pixels(image: ImageArray, pixel_width: float) -> ImageArray:
    height, width = image.shape[:2]
    shown = max(1, round(width * pixel_width))
    if shown == width:
        return image
    return np.asarray(cv2.resize(image, (shown, height), interpolation=cv2.INTER_AREA), np.uint8)
