# SPDX-License-Identifier: MIT
"""Bad cameras: another frame of the same kind, the worse strength the worse frame."""

import numpy as np
import pytest

from studies.crop_and_detectors.frames.corruption import CORRUPTIONS, blur, compress, darken, noise


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return np.repeat(np.repeat(rng.integers(60, 200, (12, 16, 3), np.uint8), 8, 0), 8, 1)


def rng():
    return np.random.default_rng(1)


@pytest.mark.parametrize('name', CORRUPTIONS)
def test_a_corrupted_frame_is_another_frame_of_the_same_kind(frame, name):
    before = frame.copy()
    after = CORRUPTIONS[name](frame, rng())
    assert (after.shape, after.dtype) == (frame.shape, np.uint8)
    assert np.array_equal(frame, before)
    assert np.abs(after.astype(int) - frame).mean() > 1


@pytest.mark.parametrize(
    ('corrupt', 'mild', 'strong'),
    [(blur, 1.0, 4.0), (noise, 5.0, 30.0), (darken, 0.5, 0.1), (compress, 80, 5)],
)
def test_strength_is_strength(frame, corrupt, mild, strong):
    far = [np.abs(corrupt(frame, rng(), s).astype(int) - frame).mean() for s in (mild, strong)]
    assert far[1] > 1.5 * far[0] > 0


def test_noise_is_as_strong_as_it_says_and_does_not_wrap():
    grey, white = np.full((60, 80, 3), 128, np.uint8), np.full((60, 80, 3), 255, np.uint8)
    assert np.std(noise(grey, rng(), 15.0)) == pytest.approx(15, rel=0.05)
    assert noise(white, rng(), 15.0).min() > 150


def test_darkness_leaves_that_share_of_the_light():
    assert darken(np.full((60, 80, 3), 200, np.uint8), rng(), 0.25).mean() == pytest.approx(
        50, 0.02
    )
