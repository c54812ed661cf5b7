# SPDX-License-Identifier: MIT
"""YuNet (Wu, Peng, Yu 2023) of OpenCV's model zoo, on ONNX Runtime.

cv2.FaceDetectorYN runs the same file three times slower. Decoding follows OpenCV's
face_detect.cpp: one prediction per cell of the strides 8, 16 and 32.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.perception.face.detectors.detector import (
    FaceBox,
    keep_best,
    pad_to_multiple,
    scale_to_width,
    to_blob,
    to_faces,
)
from emotion_ros.perception.face.detectors.onnx_shape import free_input_size
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.models.onnx_session import open_session
from emotion_ros.perception.models.registry import read_model

STRIDES = (8, 16, 32)
_OUTPUTS = [f'{head}_{s}' for head in ('cls', 'obj', 'bbox', 'kps') for s in STRIDES]
MIN_SCORE = 0.5
MAX_IOU = 0.3


class YuNet:
    """Faces of about 10 px of the scaled image and more, with landmarks."""

    name = 'yunet'

    def __init__(self, path: Path, detect_width: int = 640, threads: int = 1) -> None:
        """Load the model file; ModelError when it is missing or has another hash."""
        model = free_input_size(read_model('yunet', path))
        self._session = open_session(model, path, threads=threads)
        self.detect_width = detect_width

    def detect(self, image_bgr: ImageArray) -> list[FaceBox]:
        """Return the faces, best score first."""
        small, scale = scale_to_width(image_bgr, self.detect_width)
        blob = to_blob(pad_to_multiple(small, STRIDES[-1]))
        heads = self._session.run(_OUTPUTS, {'input': blob})
        cls, obj, bbox, kps = (
            np.concatenate([head[0] for head in heads[i : i + 3]]) for i in (0, 3, 6, 9)
        )
        scores = np.clip(cls[:, 0], 0, 1) * np.clip(obj[:, 0], 0, 1)
        return decode_faces(scores, bbox, kps, blob.shape[2:], scale)


def decode_faces(
    scores: NDArray[np.float32],
    bbox: NDArray[np.float32],
    kps: NDArray[np.float32],
    shape: tuple[int, ...],
    scale: float,
) -> list[FaceBox]:
    """Return the faces in the outputs for all cells of an image of this height and width.

    ``scores`` [N] are class times objectness, ``bbox`` [N, 4] and ``kps`` [N, 10] raw.
    """
    found = np.flatnonzero(scores >= MIN_SCORE**2)
    cells, scores = _cells(*shape)[found], np.sqrt(scores[found])
    origin, stride = cells[:, :2], cells[:, 2:]
    centre = origin + bbox[found, :2] * stride
    half = np.exp(bbox[found, 2:]) * stride / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    best = keep_best(boxes, scores, MAX_IOU)
    landmarks = kps[found[best]].reshape(-1, 5, 2) * stride[best, None] + origin[best, None]
    return to_faces(boxes[best], scores[best], landmarks, scale)


@lru_cache(maxsize=8)
def _cells(height: int, width: int) -> NDArray[np.float32]:
    """Return x, y and stride of every cell, [N, 3] in px, in the order of the outputs."""
    rows = []
    for stride in STRIDES:
        y, x = np.mgrid[0:height:stride, 0:width:stride]
        rows.append(np.stack([x.ravel(), y.ravel(), np.full(x.size, stride)], axis=1))
    return np.concatenate(rows).astype(np.float32)
