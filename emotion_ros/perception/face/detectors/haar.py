# SPDX-License-Identifier: MIT
"""OpenCV's Haar cascade: the fallback, present wherever OpenCV is."""

from pathlib import Path

import cv2
import numpy as np

from emotion_ros.errors import MissingDependency
from emotion_ros.perception.face.detectors.detector import FaceBox, scale_to_width, to_faces
from emotion_ros.perception.image.decode import ImageArray

_FILE = 'haarcascade_frontalface_alt2.xml'
_SYSTEM_FOLDER = Path('/usr/share/opencv4/haarcascades')  # Debian's opencv-data
_WEIGHTS = (54.0, 58.0)  # of the last stage: a bare acceptance, the best seen
MIN_SIDE = 16  # px of the scaled image


class Haar:
    """Frontal faces of about 25 px of the scaled image and more, without landmarks."""

    name = 'haar'

    def __init__(self, detect_width: int = 320) -> None:
        """Load the cascade; MissingDependency when OpenCV came without it."""
        folders = [Path(cv2.data.haarcascades)] if hasattr(cv2, 'data') else []
        paths = (folder / _FILE for folder in (*folders, _SYSTEM_FOLDER))
        path = next((path for path in paths if path.is_file()), None)
        if path is None:
            raise MissingDependency('the Haar cascade is not installed: apt install opencv-data')
        self._cascade = cv2.CascadeClassifier(str(path))
        self.detect_width = detect_width

    def detect(self, image_bgr: ImageArray) -> list[FaceBox]:
        """Return the faces, best score first."""
        small, scale = scale_to_width(image_bgr, self.detect_width)
        grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        found, _, weights = self._cascade.detectMultiScale3(
            grey, 1.1, 4, minSize=(MIN_SIDE, MIN_SIDE), outputRejectLevels=True
        )
        rows = np.asarray(found, np.float64).reshape(-1, 4)
        scores = np.interp(np.asarray(weights, np.float64).reshape(-1), _WEIGHTS, (0.0, 1.0))
        order = np.argsort(-scores, kind='stable')
        boxes = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:]], axis=1)
        return to_faces(boxes[order], scores[order], None, scale)
