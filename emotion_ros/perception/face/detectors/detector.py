# SPDX-License-Identifier: MIT
"""The detector interface, and the steps that all detectors share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.image.shrink import shrink

__all__ = ['Box', 'FaceBox', 'FaceDetector', 'Point', 'scale_to_width', 'to_faces']

FARTHEST = 2.0
"""A box reaches at most so many times the longer side of the image beyond its border."""

Box = tuple[float, float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True)
class FaceBox:
    """One detected face, in pixels of the given image; the box may extend beyond its border.

    ``score`` is 0..1. Landmarks are left and right eye, nose, left and right corner of the
    mouth, as seen in the image, or None when the detector has none.
    """

    box_xyxy: Box
    score: float
    landmarks_xy: tuple[Point, ...] | None = None

    @property
    def size_px(self) -> float:
        """Side of the square with the box's area."""
        x1, y1, x2, y2 = self.box_xyxy
        return float(np.sqrt(max(x2 - x1, 0.0) * max(y2 - y1, 0.0)))

    def scaled(self, factor: float) -> 'FaceBox':
        """Return the face in an image that is ``factor`` times as large."""
        if factor == 1.0:
            return self
        x1, y1, x2, y2 = (v * factor for v in self.box_xyxy)
        points = self.landmarks_xy and tuple(
            (x * factor, y * factor) for x, y in self.landmarks_xy
        )
        return FaceBox((x1, y1, x2, y2), self.score, points)


class FaceDetector(Protocol):
    """Finds faces; built once, then used from one thread."""

    name: str

    def detect(self, image_bgr: ImageArray) -> list[FaceBox]:
        """Return the faces in a BGR uint8 image, best score first; empty when there are none."""
        ...


def check_faces(faces: Sequence[FaceBox], width: int, height: int, detector: str) -> list[FaceBox]:
    """Return the faces that lie at least in part in an image of this size.

    InvalidInput('bad_output') for a score outside 0..1 and for a box that is none, such as one
    of x, y, width, height, or one that is FARTHEST times as large as the image: its crop could
    need any amount of memory.
    """
    inside = []
    for face in faces:
        x1, y1, x2, y2 = face.box_xyxy
        low, high = -FARTHEST * max(width, height), (1 + FARTHEST) * max(width, height)
        if not (low <= x1 < x2 <= high and low <= y1 < y2 <= high):
            box = ', '.join(f'{edge:g}' for edge in face.box_xyxy)
            raise InvalidInput('bad_output', f'{detector}: box {box} is not x1, y1, x2, y2 in px')
        if not 0.0 <= face.score <= 1.0:
            raise InvalidInput('bad_output', f'{detector}: score {face.score:g} is not 0..1')
        if x2 > 0 and y2 > 0 and x1 < width and y1 < height:
            inside.append(face)
    return inside


def scale_to_width(image_bgr: ImageArray, width: int) -> tuple[ImageArray, float]:
    """Shrink an image to ``width`` px and return it with new/old scale; never enlarge it."""
    old_height, old_width = image_bgr.shape[:2]
    if old_width <= width:
        return image_bgr, 1.0
    scale = width / old_width
    height = max(1, round(old_height * scale))
    return shrink(image_bgr, width, height, cv2.INTER_LINEAR), scale


def pad_to_multiple(image: ImageArray, multiple: int) -> ImageArray:
    """Add black at the right and bottom until both sides are whole multiples."""
    bottom, right = (-image.shape[0] % multiple, -image.shape[1] % multiple)
    if not bottom and not right:
        return image
    padded = cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_CONSTANT)
    return np.asarray(padded, np.uint8)


def to_blob(image_bgr: ImageArray) -> NDArray[np.float32]:
    """Return float32 [1, 3, height, width] with the channels of the image, 0..255."""
    return np.ascontiguousarray(image_bgr.transpose(2, 0, 1)[None], np.float32)


def keep_best(
    boxes: NDArray[np.floating], scores: NDArray[np.floating], max_iou: float
) -> list[int]:
    """Non-maximum suppression: indices of the boxes to keep, best score first.

    ``boxes`` are xyxy [N, 4]; one that overlaps a better one by more than ``max_iou`` is dropped.
    """
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order = np.argsort(-scores, kind='stable')
    kept: list[int] = []
    while order.size:
        best, order = order[0], order[1:]
        kept.append(int(best))
        low = np.maximum(boxes[best, :2], boxes[order, :2])
        high = np.minimum(boxes[best, 2:], boxes[order, 2:])
        overlap = np.prod(np.clip(high - low, 0, None), axis=1)
        union = areas[best] + areas[order] - overlap
        order = order[overlap <= max_iou * union]
    return kept


def to_faces(
    boxes: NDArray[np.floating],
    scores: NDArray[np.floating],
    landmarks: NDArray[np.floating] | None,
    scale: float,
) -> list[FaceBox]:
    """Turn rows (xyxy [N, 4], [N], [N, 5, 2]) of a scaled image into faces of the original."""
    faces = []
    for row in range(len(scores)):
        x1, y1, x2, y2 = (float(v) / scale for v in boxes[row])
        points = None
        if landmarks is not None:
            points = tuple((float(x) / scale, float(y) / scale) for x, y in landmarks[row])
        faces.append(FaceBox((x1, y1, x2, y2), min(1.0, float(scores[row])), points))
    return faces
