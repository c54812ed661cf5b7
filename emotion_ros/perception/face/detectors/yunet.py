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
from emotion_ros.perception.models.registry import read_stored

STRIDES = (8, 16, 32)
_OUTPUTS = [f'{head}_{s}' for head in ('cls', 'obj', 'bbox', 'kps') for s in STRIDES]
MIN_SCORE = 0.5
MAX_IOU = 0.3


class YuNet:
    """Faces of about 10 px of the scaled image and more, with landmarks."""

    name = 'yunet'

    def __init__(self, path: Path, detect_width: int = 320, threads: int = 1) -> None:
        """Load the zoo's file; ModelError when it is missing or not the pinned one."""
        model = free_input_size(read_stored('yunet', path))
        self._session = open_session(model, path, threads=threads)
        self._detect_width = detect_width

    def detect(self, image_bgr: ImageArray) -> list[FaceBox]:
        """Return the faces, the surest first."""
        small, scale = scale_to_width(image_bgr, self._detect_width)
        blob = to_blob(pad_to_multiple(small, STRIDES[-1]))
        heads = self._session.run(_OUTPUTS, {'input': blob})
        cls, obj, bbox, kps = (
            np.concatenate([head[0] for head in heads[i : i + 3]]) for i in (0, 3, 6, 9)
        )
        scores = np.sqrt(np.clip(cls[:, 0], 0, 1) * np.clip(obj[:, 0], 0, 1))
        found = np.flatnonzero(scores >= MIN_SCORE)
        cells = _cells(blob.shape[2], blob.shape[3])[found]
        boxes, scores = _decode_boxes(bbox[found], cells), scores[found]
        best = keep_best(boxes, scores, MAX_IOU)
        points = _decode_points(kps[found[best]], cells[best])
        return to_faces(boxes[best], scores[best], points, scale)


@lru_cache(maxsize=8)
def _cells(height: int, width: int) -> NDArray[np.float32]:
    """Return x, y and stride of every cell, [N, 3] in px, in the order of the outputs."""
    rows = []
    for stride in STRIDES:
        y, x = np.mgrid[0:height:stride, 0:width:stride]
        rows.append(np.stack([x.ravel(), y.ravel(), np.full(x.size, stride)], axis=1))
    return np.concatenate(rows).astype(np.float32)


def _decode_boxes(bbox: NDArray[np.float32], cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return xyxy in px from centre offsets and log sizes, both in strides."""
    stride = cells[:, 2:]
    centre = cells[:, :2] + bbox[:, :2] * stride
    half = np.exp(bbox[:, 2:]) * stride / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def _decode_points(kps: NDArray[np.float32], cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return landmarks [N, 5, 2] in px from offsets in strides."""
    return np.asarray(kps.reshape(-1, 5, 2) * cells[:, None, 2:] + cells[:, None, :2])
