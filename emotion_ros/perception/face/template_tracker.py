# SPDX-License-Identifier: MIT
"""Tracks detected faces between two detections by template matching."""

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np

from emotion_ros.perception.face.detectors.detector import FaceBox, scale_to_width
from emotion_ros.perception.image.decode import ImageArray

WIDTH = 320  # px; matching happens on a grey image of this width
MIN_MATCH = 0.8  # normalised correlation below which a face counts as lost
SEARCH_MARGIN = 0.5  # how far a face may move between two images, in box sides
NEAR_MARGIN, NEAR = 0.125, 0.05
"""It is searched for here first, in a third of the time; found, if its match fell by less."""
MIN_TEMPLATE = 6  # px
SAME_PLACE = 0.003
"""A face that matches where it was, to within this of the last match there, has not moved: a move
by a hundredth of its side costs more. The search around it takes twenty times as long."""


class TemplateTracker:
    """Holds one template per detected face; ``init`` and ``update`` as in cv2.Tracker.

    The images are small and grey (``to_small_grey``), ``scale`` times as large as the one in whose
    px the faces are.
    """

    def __init__(self) -> None:
        self._tracked: list[_Tracked] = []
        self._size: tuple[tuple[int, ...], float] = (), 0.0

    def init(self, grey: ImageArray, scale: float, faces: list[FaceBox]) -> None:
        """Start from freshly detected faces."""
        self._size = grey.shape, scale
        self._tracked = [_Tracked(face, _cut(grey, face, scale, 0.0)[0]) for face in faces]

    def update(self, grey: ImageArray, scale: float) -> list[FaceBox] | None:
        """Return the same faces at their new places, or None when any of them is lost."""
        if (grey.shape, scale) != self._size:
            return None
        moved = [_find(grey, scale, tracked) for tracked in self._tracked]
        found = [tracked for tracked in moved if tracked is not None]
        if len(found) < len(moved):
            return None
        self._tracked = found
        return [tracked.face for tracked in found]


@dataclass(frozen=True, eq=False)
class _Tracked:
    """A face, what it looked like, and how well that matched where it was last searched for."""

    face: FaceBox
    template: ImageArray
    match: float = 1.0


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


def _correlation(a: ImageArray, b: ImageArray) -> float:
    """Return the normalised correlation of two images of one size, 0 when either is flat."""
    x, y = a.astype(np.float32).ravel(), b.astype(np.float32).ravel()
    x -= x.mean()
    y -= y.mean()
    norm = sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / norm if norm else 0.0


def _find(grey: ImageArray, scale: float, tracked: _Tracked) -> _Tracked | None:
    """Return the face moved to the best match of its template, None below MIN_MATCH."""
    face, template = tracked.face, tracked.template
    here, old_left, old_top = _cut(grey, face, scale, 0.0)
    if min(template.shape) < MIN_TEMPLATE:
        return None
    if here.shape == template.shape and _correlation(here, template) >= max(
        MIN_MATCH, tracked.match - SAME_PLACE
    ):
        return tracked
    for margin, least in ((NEAR_MARGIN, tracked.match - NEAR), (SEARCH_MARGIN, MIN_MATCH)):
        window, left, top = _cut(grey, face, scale, margin)
        rows, columns = np.subtract(window.shape, template.shape).tolist()
        if min(rows, columns) < 0:
            continue
        matches = cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED)
        _, best, _, (x, y) = cv2.minMaxLoc(matches)
        is_inside = 0 < x < columns and 0 < y < rows
        if best >= max(least, MIN_MATCH) and (is_inside or margin == SEARCH_MARGIN):
            dx, dy = (left + x - old_left) / scale, (top + y - old_top) / scale
            x1, y1, x2, y2 = face.box_xyxy
            points = face.landmarks_xy and tuple((x + dx, y + dy) for x, y in face.landmarks_xy)
            moved = FaceBox((x1 + dx, y1 + dy, x2 + dx, y2 + dy), face.score, points)
            return _Tracked(moved, template, best)
    return None
