"""Faces and what was read in them, drawn onto a copy of the image."""

from collections.abc import Sequence

import cv2
import numpy as np

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.observations import FaceObservation, describe
from emotion_ros.inference.image import ImageArray

_COLOUR_BGR = (80, 220, 80)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def annotate_faces(image_bgr: ImageArray, faces: Sequence[FaceObservation]) -> ImageArray:
    """Return a copy of a BGR image with a box, the id and the likeliest emotion of every face."""
    canvas = image_bgr.copy()
    height, width = canvas.shape[:2]
    for face in faces:
        box = np.multiply(face.box_xyxy, (width, height, width, height)).astype(int)
        x1, y1, x2, y2 = (int(v) for v in box)
        cv2.rectangle(canvas, (x1, y1), (x2, y2), _COLOUR_BGR, 2)
        words = f'{face.person_id} {describe(face.probabilities, EMOTIONS)}'
        cv2.putText(canvas, words, (x1, max(y1 - 6, 12)), _FONT, 0.5, _COLOUR_BGR, 1, cv2.LINE_AA)
    return canvas
