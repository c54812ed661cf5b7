# SPDX-License-Identifier: MIT
"""Small pictures for people to look at."""

import cv2
import numpy as np

from emotion_ros.perception.image.decode import ImageArray

QUALITY = 75


def encode_jpeg(image_bgr: ImageArray, max_width_px: int) -> bytes:
    """Return a BGR image as JPEG, scaled down to this width if it is wider."""
    height, width = image_bgr.shape[:2]
    if width > max_width_px:
        size = (max_width_px, max(1, round(height * max_width_px / width)))
        image_bgr = np.asarray(cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode('.jpg', image_bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return data.tobytes()
