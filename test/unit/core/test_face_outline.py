# SPDX-License-Identifier: MIT
"""What is drawn around a face."""

import math

import pytest

from emotion_ros.core.face_outline import outline_face
from emotion_ros.core.observations import FaceObservation

HAPPY = (0.01, 0.01, 0.01, 0.94, 0.01, 0.01, 0.01)


@pytest.mark.parametrize(
    ('probabilities', 'words'),
    [((math.nan,) * 7, 'face_3'), (HAPPY, 'face_3 Happy (94%)')],
)
def test_a_face_is_outlined_in_pixels(probabilities, words):
    face = FaceObservation(3, (0.25, 0.5, 0.75, 1.0), 0.9, 1.0, probabilities)
    outline = outline_face(face, 640, 480)
    assert outline.corners_xy == ((160, 240), (480, 240), (480, 480), (160, 480))
    assert (outline.caption, outline.caption_xy) == (words, (160, 240))
