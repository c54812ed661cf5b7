# SPDX-License-Identifier: MIT
"""Draws faces, their ids and emotions onto a copy of the image."""

from collections.abc import Iterable, Sequence
from math import ceil

import cv2
import numpy as np

from emotion_ros.core.face_outline import FaceOutline, outline_face
from emotion_ros.core.observations import FaceObservation
from emotion_ros.perception.image.decode import ImageArray

_COLOUR_BGR, _BLACK, _GREY = (80, 220, 80), (0, 0, 0), (128, 128, 128)
BLANK_MARGIN = 0.5
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_USUAL_WIDTH = 800  # px; in wider images lines and letters grow with the width


def annotate_faces(image_bgr: ImageArray, faces: Sequence[FaceObservation]) -> ImageArray:
    """Return a copy of a BGR image with a box, the id and the likeliest emotion of every face."""
    canvas = image_bgr.copy()
    height, width = canvas.shape[:2]
    scale = max(1.0, width / _USUAL_WIDTH)
    for face in faces:
        _draw(canvas, outline_face(face, width, height), scale)
    return canvas


def blank_faces(image_bgr: ImageArray, faces: Iterable[FaceObservation]) -> ImageArray:
    """Return a BGR image in which faces that are not analysed cannot be seen.

    The patch is larger than the box by half its size on each side. It is a copy, unless there
    is nothing to hide.
    """
    hidden = [face.box_xyxy for face in faces if not face.is_analysed]
    if not hidden:
        return image_bgr
    canvas = image_bgr.copy()
    height, width = canvas.shape[:2]
    for x1, y1, x2, y2 in hidden:
        margin_x, margin_y = BLANK_MARGIN * (x2 - x1), BLANK_MARGIN * (y2 - y1)
        left, right = max(x1 - margin_x, 0.0) * width, (x2 + margin_x) * width
        top, bottom = max(y1 - margin_y, 0.0) * height, (y2 + margin_y) * height
        canvas[int(top) : ceil(bottom), int(left) : ceil(right)] = _GREY
    return canvas


def _draw(canvas: ImageArray, outline: FaceOutline, scale: float) -> None:
    """Draw the outline and its caption, above it or, at the top of the image, inside it."""
    corners = np.array(outline.corners_xy).astype(np.int32)
    line = round(2 * scale)
    (width, height), below = cv2.getTextSize(outline.caption, _FONT, 0.5 * scale, line // 2)
    x, bottom = int(corners[0, 0]), max(int(corners[0, 1]), height + below)
    top_left = (x, bottom - height - below)
    cv2.rectangle(canvas, top_left, (x + width, bottom), _BLACK, cv2.FILLED)
    start = (x, bottom - below)
    cv2.putText(
        canvas, outline.caption, start, _FONT, 0.5 * scale, _COLOUR_BGR, line // 2, cv2.LINE_AA
    )
    cv2.polylines(canvas, [corners], True, _COLOUR_BGR, line)
