# SPDX-License-Identifier: MIT
"""The mounting of the camera, from the roll of faces."""

from math import nan, pi

import cv2
import numpy as np
import pytest

from emotion_ros.demo.storyboard_file import packaged_storyboard
from emotion_ros.perception.face.camera_turn import LEAST, LEAST_FOUND, SEARCH_S, CameraTurn
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.image.decode import rotate_image


@pytest.mark.parametrize(
    ('rolls', 'correction'),
    [
        ([], 0),
        ([nan] * 100, 0),
        ([0.1, -0.2] * 50, 0),
        ([pi] * (LEAST - 1), 0),
        ([pi, -3.0] * 50, 180),
        ([1.5, 1.7] * 50, 270),
        ([-pi / 2] * 100, 90),
        ([pi] * 30 + [0.0] * 30, 0),
        ([0.0] * 100 + [pi] * 60, 180),
        ([pi] * 100 + [0.0] * 60, 0),
    ],
)
def test_correction(rolls, correction):
    turn = CameraTurn()
    for roll in rolls:
        turn.add([roll])
    assert turn.correction() == correction


@pytest.fixture(scope='module')
def portrait():
    """Return a portrait in the public domain, in an image of 640x480."""
    image = cv2.imread(str(packaged_storyboard().parent / 'demo' / 'astronaut.jpg'))
    frame = np.full((480, 640, 3), 127, np.uint8)
    frame[40:440, 100:500] = cv2.resize(image, (400, 400), interpolation=cv2.INTER_AREA)
    return frame


class UprightOnly:
    """A detector that finds the face of ``portrait`` only where it is upright, as most do."""

    name = 'opencv'

    def detect(self, image_bgr):
        is_upright = image_bgr.shape[1] == 640 and (image_bgr[:, 500:] == 127).all()
        return [FaceBox((246.0, 95.0, 330.0, 204.0), 0.9)] if is_upright else []


@pytest.mark.parametrize('turned', [90, 180, 270])
def test_faces_that_are_found_only_in_the_turned_image(portrait, turned):
    turn, now_s = CameraTurn(), 100.0
    for i in range(3 * LEAST_FOUND):
        assert i >= 2 * LEAST_FOUND or turn.correction() == 0
        assert turn.is_search_due(now_s)
        turn.search(rotate_image(portrait, turned), UprightOnly(), now_s)
        assert not turn.is_search_due(now_s + 0.9 * SEARCH_S)
        now_s += SEARCH_S
    assert turn.correction() == 360 - turned
    turn.add([0.0] * LEAST)  # somebody is upright: the other lay on a sofa
    assert turn.correction() == 0
    assert not turn.is_search_due(now_s)


def test_what_looks_like_a_face_now_and_then_turns_no_camera(portrait):
    turn, empty = CameraTurn(), np.full_like(portrait, 127)
    for i in range(200):  # hours of an empty room, with a hit in every fifth round
        is_hit = i % 3 == 0 and i // 3 % 5 == 0
        turn.search(rotate_image(portrait, 270) if is_hit else empty, UprightOnly(), i * SEARCH_S)
    assert turn.correction() == 0
