# SPDX-License-Identifier: MIT
"""Whether anything in view has changed: where nothing has, no new face can have come."""

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.perception.image.decode import ImageArray

GRID = (40, 30)  # cells, each a mean of many pixels: sensor noise averages out
CHANGED_LEVELS = 8.0  # of 255


class MotionDetector:
    """Compares images with the last one that was searched for faces.

    ``has_changed``: whether any part of the latest image differs from that.
    """

    def __init__(self) -> None:
        self.has_changed = True
        self._searched: NDArray[np.float32] | None = None
        self._latest: NDArray[np.float32] | None = None

    def update(self, grey: ImageArray) -> None:
        """Compare the next image."""
        cells = cv2.resize(grey, GRID, interpolation=cv2.INTER_AREA)
        self._latest = np.asarray(cells, np.float32)
        if self._searched is not None:
            difference = np.abs(self._latest - self._searched)
            self.has_changed = float(difference.max()) > CHANGED_LEVELS

    def mark_searched(self) -> None:
        """Compare with the latest image from now on."""
        self._searched, self.has_changed = self._latest, False
