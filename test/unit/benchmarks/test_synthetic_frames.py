# SPDX-License-Identifier: MIT
"""Generated frames have the size and as many heads as asked."""

import numpy as np
import pytest

from benchmarks.synthetic_frames import FRAMES, WALL, paint_heads, with_noise


@pytest.mark.parametrize('count', [0, 1, 2, 5])
@pytest.mark.parametrize(('width', 'height'), [(640, 480), (1920, 1080)])
def test_heads_are_whole_and_apart(width, height, count):
    scene = paint_heads(width, height, count)
    assert scene.shape == (height, width, 3)
    wall = (scene == WALL).all(axis=2)
    walls_between_columns = int(np.diff(wall.all(axis=0).astype(int)).clip(0).sum())
    assert walls_between_columns == {0: 0, 1: 1, 2: 2, 5: 3}[count]


def test_every_frame_has_other_noise_and_every_run_the_same():
    scene = paint_heads(64, 48, 1)
    frames = list(with_noise(scene))
    assert len(frames) == FRAMES
    assert len({frame.tobytes() for frame in frames}) == FRAMES
    np.testing.assert_array_equal(frames[3], list(with_noise(scene))[3])
