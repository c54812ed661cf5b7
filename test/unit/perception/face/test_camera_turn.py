# SPDX-License-Identifier: MIT
"""The mounting of the camera, from the roll of faces."""

from math import nan, pi

import pytest

from emotion_ros.perception.face.camera_turn import LEAST, CameraTurn


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
