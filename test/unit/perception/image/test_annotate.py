# SPDX-License-Identifier: MIT
"""What is drawn onto an image."""

import numpy as np
import pytest

from emotion_ros.core.observations import FaceObservation
from emotion_ros.perception.image.annotate import annotate_faces

HAPPY = (0.01, 0.01, 0.01, 0.94, 0.01, 0.01, 0.01)
GREEN = [80, 220, 80]


def face(*box_xyxy: float) -> FaceObservation:
    x1, y1, x2, y2 = box_xyxy
    return FaceObservation(1, (x1, y1, x2, y2), 0.9, 1.0, HAPPY)


def white(width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)


def test_without_faces_it_is_a_copy() -> None:
    image = white(64, 48)
    drawn = annotate_faces(image, [])
    assert (drawn == image).all()
    assert not np.shares_memory(drawn, image)


@pytest.mark.parametrize('width', [400, 3200])
def test_a_box_and_words_are_drawn_and_grow_with_the_image(width: int) -> None:
    image = white(width, width)
    drawn = annotate_faces(image, [face(0.25, 0.5, 0.75, 0.75)])
    assert (image == 255).all()
    quarter, half = width // 4, width // 2
    assert drawn[half, half].tolist() == GREEN
    assert drawn[quarter * 5 // 2, quarter].tolist() == GREEN
    words = drawn[half - max(width, 800) // 80 : half - max(width, 800) // 200, quarter:half]
    assert (words.max(axis=2) < 60).mean() > 0.3
    assert (words.max(axis=2) > 100).mean() > 0.05


@pytest.mark.parametrize('box', [(0.0, 0.0, 1.0, 1.0), (0.9, 0.0, 1.0, 0.1), (0.5, 0.5, 0.5, 0.5)])
def test_a_face_at_the_border_is_no_trouble(box: tuple[float, float, float, float]) -> None:
    assert (annotate_faces(white(64, 48), [face(*box)]) != 255).any()
