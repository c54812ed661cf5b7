# SPDX-License-Identifier: MIT
"""Tracks detected faces between two detections by template matching."""

import cv2
import numpy as np

from emotion_ros.perception.face.detectors.detector import FaceBox, scale_to_width
from emotion_ros.perception.image.decode import ImageArray

WIDTH = 320  # px; matching happens on a grey image of this width
MIN_MATCH = 0.8  # normalised correlation below which a face counts as lost
SEARCH_MARGIN = 0.5  # how far a face may move between two images, in box sides
MIN_TEMPLATE = 6  # px


class TemplateTracker:
    """Holds one template per detected face; ``init`` and ``update`` as in cv2.Tracker.

    The images are small and grey (``to_small_grey``), ``scale`` times as large as the one in whose
    px the faces are.
    """

    def __init__(self) -> None:
        self._faces: list[FaceBox] = []
        self._templates: list[ImageArray] = []
        self._size: tuple[tuple[int, ...], float] = (), 0.0

    def init(self, grey: ImageArray, scale: float, faces: list[FaceBox]) -> None:
        """Start from freshly detected faces."""
        self._size = grey.shape, scale
        self._faces = list(faces)
        self._templates = [_cut(grey, face, scale, 0.0)[0] for face in faces]

    def update(self, grey: ImageArray, scale: float) -> list[FaceBox] | None:
        """Return the same faces at their new places, or None when any of them is lost."""
        if (grey.shape, scale) != self._size:
            return None
        pairs = zip(self._faces, self._templates, strict=True)
        moved = [_find(grey, scale, face, template) for face, template in pairs]
        found = [face for face in moved if face is not None]
        if len(found) < len(moved):
            return None
        self._faces = found
        return list(found)


def to_small_grey(image: ImageArray) -> ImageArray:
    """Return a BGR or grey image in grey, at most WIDTH wide."""
    small, _ = scale_to_width(image, WIDTH)
    if small.ndim == 2:
        return small
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


def _cut(
    grey: ImageArray, face: FaceBox, scale: float, margin: float
) -> tuple[ImageArray, int, int]:
    """Return the part of the small image under the box plus ``margin``, and its left and top."""
    x1, y1, x2, y2 = (v * scale for v in face.box_xyxy)
    dx, dy = margin * (x2 - x1), margin * (y2 - y1)
    left, top = max(0, round(x1 - dx)), max(0, round(y1 - dy))
    right, bottom = max(left, round(x2 + dx)), max(top, round(y2 + dy))
    return grey[top:bottom, left:right], left, top


def _find(grey: ImageArray, scale: float, face: FaceBox, template: ImageArray) -> FaceBox | None:
    """Return the face moved to the best match of its template, None below MIN_MATCH."""
    window, left, top = _cut(grey, face, scale, SEARCH_MARGIN)
    if min(template.shape) < MIN_TEMPLATE or min(np.subtract(window.shape, template.shape)) < 0:
        return None
    match = cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(match)
    if not best >= MIN_MATCH:
        return None
    _, old_left, old_top = _cut(grey, face, scale, 0.0)
    dx, dy = (left + x - old_left) / scale, (top + y - old_top) / scale
    x1, y1, x2, y2 = face.box_xyxy
    points = face.landmarks_xy and tuple((x + dx, y + dy) for x, y in face.landmarks_xy)
    return FaceBox((x1 + dx, y1 + dy, x2 + dx, y2 + dy), face.score, points)
