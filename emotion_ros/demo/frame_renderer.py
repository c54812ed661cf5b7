# SPDX-License-Identifier: MIT
"""Camera frames of a storyboard: pictures on a plain background, with sensor noise."""

from pathlib import Path

import cv2
import numpy as np

from emotion_ros.demo.storyboard import Picture, Storyboard, View
from emotion_ros.errors import ConfigError
from emotion_ros.perception.image.decode import ImageArray

WIDTH, HEIGHT = 640, 480
BACKGROUND_TOP, BACKGROUND_BOTTOM = 165, 120
NOISE_LEVELS = 6
NOISE_FRAMES = 8
OPENINGS = (0.0, 0.7, 1.0, 0.2, 0.8, 0.0, 0.5, 0.9)
"""How far a mouth that speaks is open, frame by frame."""
CHIN, JAW = 0.015, 0.04
"""How far the chin is lowered then, and how far below the mouth the face moves with it, as shares
of the picture's height."""


class FrameRenderer:
    """Renders BGR uint8 frames [HEIGHT, WIDTH, 3]; equal arguments give equal pixels.

    ``folder`` is where the pictures of the storyboard are; ConfigError, when built, for one that
    cannot be read.
    """

    def __init__(self, storyboard: Storyboard, folder: Path) -> None:
        pictures = [p for cue in storyboard.cues if cue.show for p in cue.show.pictures]
        self._images = {name: _read(folder / name) for name in sorted({p.image for p in pictures})}
        self._rendered: dict[tuple[View, float], ImageArray] = {}
        random = np.random.default_rng(0)
        shape = (NOISE_FRAMES, HEIGHT, WIDTH, 3)
        self._noise = random.integers(0, NOISE_LEVELS, shape, dtype=np.uint8)

    def render(self, view: View, frame: int) -> ImageArray:
        """Return frame number ``frame`` of this view: the number sets the noise and the mouths."""
        speaks = any(picture.mouth for picture in view.pictures)
        opening = OPENINGS[frame % len(OPENINGS)] if speaks else 0.0
        if (view, opening) not in self._rendered:
            levels = np.linspace(BACKGROUND_TOP, BACKGROUND_BOTTOM, HEIGHT).round()
            rows = levels.astype(np.uint8)[:, None, None]
            image = np.ascontiguousarray(np.broadcast_to(rows, (HEIGHT, WIDTH, 3)))
            for picture in view.pictures:
                _draw(image, self._images[picture.image], picture, opening)
            self._rendered[view, opening] = image
        noise = self._noise[frame % NOISE_FRAMES]
        return np.asarray(cv2.add(self._rendered[view, opening], noise), np.uint8)  # saturating


def _read(path: Path) -> ImageArray:
    try:
        encoded = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise ConfigError(f'{path}: cannot be read: {error.strerror}') from error
    image = cv2.imdecode(encoded, cv2.IMREAD_COLOR) if encoded.size else None
    if image is None:
        raise ConfigError(f'{path}: is not a picture')
    return np.asarray(image, np.uint8)


def _draw(frame: ImageArray, image: ImageArray, picture: Picture, opening: float) -> None:
    """Scale, light and mirror the image, and copy it into the frame, cut off at the border."""
    if picture.mouth and opening:
        image = _with_open_mouth(image, picture.mouth, opening)
    height, width = image.shape[:2]
    size = (max(1, round(width * picture.height_px / height)), picture.height_px)
    scaled = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    lit = cv2.convertScaleAbs(scaled, alpha=picture.brightness)
    turned = lit[:, ::-1] if picture.mirror else lit
    x, y = picture.x, picture.y
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + size[0], WIDTH), min(y + size[1], HEIGHT)
    if left < right and top < bottom:
        frame[top:bottom, left:right] = turned[top - y : bottom - y, left - x : right - x]


def _with_open_mouth(image: ImageArray, mouth: float, opening: float) -> ImageArray:
    """Return the image with what is below the mouth lowered."""
    rows = np.arange(len(image), dtype=np.float32) / len(image)
    lowered = CHIN * opening * np.exp(-(((rows - mouth - JAW) / JAW) ** 2))
    source = np.clip((rows - lowered) * len(image), 0, len(image) - 1).round().astype(int)
    return np.asarray(image[source], np.uint8)
