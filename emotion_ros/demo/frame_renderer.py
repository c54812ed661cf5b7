# SPDX-License-Identifier: MIT
"""Camera frames of a storyboard: pictures on a plain wall, with a little sensor noise."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from emotion_ros.demo.storyboard import Picture, Storyboard, View
from emotion_ros.errors import ConfigError
from emotion_ros.perception.image.decode import ImageArray

WIDTH, HEIGHT = 640, 480
WALL_TOP, WALL_BOTTOM = 165, 120
NOISE_LEVELS = 6
NOISE_FRAMES = 8


class ScenePainter:
    """Paints BGR uint8 frames [HEIGHT, WIDTH, 3]; the same view and number, the same pixels.

    Raises ConfigError, when built, for a picture of the storyboard that cannot be read.
    """

    def __init__(self, storyboard: Storyboard, folder: Path) -> None:
        pictures = [p for cue in storyboard.cues if cue.show for p in cue.show.pictures]
        self._images = {name: _read(folder / name) for name in sorted({p.image for p in pictures})}
        self._scenes: dict[View, ImageArray] = {}
        random = np.random.default_rng(0)
        shape = (NOISE_FRAMES, HEIGHT, WIDTH, 3)
        self._noise = random.integers(0, NOISE_LEVELS, shape, dtype=np.uint8)

    def paint(self, view: View, frame: int) -> ImageArray:
        """Return frame number ``frame`` of a camera that sees this view."""
        if view not in self._scenes:
            self._scenes[view] = self._compose(view.pictures)
        return _saturating_add(self._scenes[view], self._noise[frame % NOISE_FRAMES])

    def _compose(self, pictures: Iterable[Picture]) -> ImageArray:
        scene = _wall()
        for picture in pictures:
            _paste(scene, _prepare(self._images[picture.image], picture), picture.x, picture.y)
        return scene


def _read(path: Path) -> ImageArray:
    try:
        encoded = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise ConfigError(f'{path}: cannot be read: {error.strerror}') from error
    image = cv2.imdecode(encoded, cv2.IMREAD_COLOR) if encoded.size else None
    if image is None:
        raise ConfigError(f'{path}: is not a picture')
    return np.asarray(image, np.uint8)


def _wall() -> ImageArray:
    column = np.linspace(WALL_TOP, WALL_BOTTOM, HEIGHT).round().astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(column[:, None, None], (HEIGHT, WIDTH, 3)))


def _prepare(image: ImageArray, picture: Picture) -> ImageArray:
    height, width = image.shape[:2]
    size = (max(1, round(width * picture.height_px / height)), picture.height_px)
    scaled = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    lit = cv2.convertScaleAbs(scaled, alpha=picture.brightness)
    return np.asarray(lit[:, ::-1] if picture.mirror else lit, np.uint8)


def _paste(scene: ImageArray, image: ImageArray, x: int, y: int) -> None:
    """Lay the image over the scene; what reaches over the border is cut off."""
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + image.shape[1], WIDTH), min(y + image.shape[0], HEIGHT)
    if left < right and top < bottom:
        scene[top:bottom, left:right] = image[top - y : bottom - y, left - x : right - x]


def _saturating_add(scene: ImageArray, noise: ImageArray) -> ImageArray:
    return np.asarray(cv2.add(scene, noise), np.uint8)
