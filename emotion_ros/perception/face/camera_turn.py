# SPDX-License-Identifier: MIT
"""Whether a camera is mounted upside down or on its side, from the roll of the faces."""

from collections import deque
from collections.abc import Iterable
from math import isfinite, pi

WINDOW = 60  # faces; a person who lies down for a moment turns no camera
LEAST = 40
MOST = 0.8  # share of the faces that must be turned alike


class CameraTurn:
    """Collects the roll of faces (rad, clockwise positive) in the images of one camera."""

    def __init__(self) -> None:
        self._quarters: deque[int] = deque(maxlen=WINDOW)

    def add(self, rolls: Iterable[float]) -> None:
        """Take the faces of an image; NaN is left out."""
        self._quarters.extend(round(roll / (pi / 2)) % 4 for roll in rolls if isfinite(roll))

    def correction(self) -> int:
        """Return by how many degrees the images need turning, clockwise: 0, 90, 180 or 270."""
        quarters = list(self._quarters)  # the caller's thread need not be that of ``add``
        if len(quarters) < LEAST:
            return 0
        for quarter in (1, 2, 3):
            if quarters.count(quarter) >= MOST * len(quarters):
                return 360 - 90 * quarter
        return 0
