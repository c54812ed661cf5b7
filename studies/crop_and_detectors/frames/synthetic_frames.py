# SPDX-License-Identifier: MIT
"""Frames of 640x480 with an enlarged FER2013 face at a known place."""

from dataclasses import dataclass

import cv2
import numpy as np

from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.image.decode import ImageArray
from training.face.data import Faces, load_faces
from training.tables import data_file

WIDTH, HEIGHT = 640, 480
GREY = 110
SURROUNDS = ('grey', 'border')
_FILE = 'fer2013_train_valid.parquet'


@dataclass(frozen=True, eq=False)
class SyntheticFrame:
    """One frame, BGR, and the square of px that FER2013's picture of a face fills."""

    image: ImageArray
    left: int
    top: int
    side: int

    @property
    def square(self) -> FaceBox:
        """The square as a detector's box, which ``AS_IS`` cuts out exactly."""
        right, bottom = self.left + self.side, self.top + self.side
        return FaceBox((self.left, self.top, right, bottom), 1.0)

    def best_hit(self, faces: list[FaceBox]) -> FaceBox | None:
        """Return the first box around the middle of the square that has about its size."""
        for face in faces:
            x1, y1, x2, y2 = face.box_xyxy
            x, y = (x1 + x2) / 2 - self.left, (y1 + y2) / 2 - self.top
            near = all(0.25 < offset / self.side < 0.75 for offset in (x, y))
            if near and 0.4 < face.size_px / self.side < 1.6:
                return face
        return None


def load_public_test(count: int | None = None, seed: int = 0) -> Faces:
    """Return that many faces of PublicTest (None: all) in random order, from $EMOTION_ROS_DATA."""
    return sample_faces('PublicTest', count, seed)


def sample_faces(usage: str, count: int | None, seed: int) -> Faces:
    """Return that many faces of a part of FER2013, such as Training."""
    faces = load_faces(data_file(_FILE), usage)
    order = np.random.default_rng(seed).permutation(np.flatnonzero(faces.trust > 0.5))
    return faces.take(order[:count])


def paste(
    face: ImageArray, side: int, rng: np.random.Generator, surround: str = 'grey'
) -> SyntheticFrame:
    """Enlarge a grey 48x48 face to ``side`` px and put it at a random place of a frame.

    The rest of the frame is plain grey or, for ``border``, made by ``extend_border``.
    """
    left = int(rng.integers(0, WIDTH - side + 1))
    top = int(rng.integers(0, HEIGHT - side + 1))
    method = cv2.INTER_AREA if side < face.shape[0] else cv2.INTER_CUBIC
    enlarged = np.asarray(cv2.resize(face, (side, side), interpolation=method), np.uint8)
    frame = np.full((HEIGHT, WIDTH), GREY, np.uint8)
    if surround == 'border':
        frame = extend_border(enlarged, left, top)
    frame[top : top + side, left : left + side] = enlarged
    return SyntheticFrame(np.repeat(frame[:, :, None], 3, axis=2), left, top, side)


def extend_border(square: ImageArray, left: int, top: int) -> ImageArray:
    """Return a grey frame that repeats the square's border outwards, blurred by 15 % of its side.

    In place of hair, neck and background: a crop larger than the square shows no sudden edge.
    """
    side, coarse = len(square), 8
    margins = (top, HEIGHT - top - side, left, WIDTH - left - side)
    frame = cv2.copyMakeBorder(square, *margins, cv2.BORDER_REPLICATE)
    size = (WIDTH // coarse, HEIGHT // coarse)
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (0, 0), 0.15 * side / coarse)
    return np.asarray(cv2.resize(smooth, (WIDTH, HEIGHT)), np.uint8)


def shuffled_frame(faces: Faces, rng: np.random.Generator, tile: int = 12) -> ImageArray:
    """Return a frame of the faces' own tiles in random order: face texture without a face."""
    picked = rng.choice(len(faces), size=48, replace=False)
    tiles = faces.images[picked].reshape(48, 48 // tile, tile, 48 // tile, tile)
    tiles = tiles.swapaxes(2, 3).reshape(-1, tile, tile)
    columns, rows = WIDTH // (2 * tile) + 1, HEIGHT // (2 * tile)
    chosen = tiles[rng.integers(0, len(tiles), (rows, columns))]
    mosaic = chosen.swapaxes(1, 2).reshape(rows * tile, columns * tile)
    frame = cv2.resize(mosaic, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)[:HEIGHT, :WIDTH]
    return np.repeat(frame[:, :, None], 3, axis=2)
