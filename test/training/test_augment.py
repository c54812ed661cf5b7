# SPDX-License-Identifier: MIT
"""Augmentation keeps faces where they are, and is off when it is off."""

from dataclasses import replace

import numpy as np
import pytest

from training.face.augment import DEGRADATIONS, Augmentation, augment, augment_batch, erase

STRENGTHS = ('rotate_deg', 'shift', 'scale', 'contrast', 'camera', 'erase', 'tilt')
OFF = Augmentation(flip=False, **dict.fromkeys(STRENGTHS, 0.0))


def ramp(side: int = 48) -> np.ndarray:
    """Brightness grows to the right."""
    return np.tile(np.linspace(20, 220, side).astype(np.uint8), (side, 1))


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_all_off_changes_nothing() -> None:
    assert (augment(ramp(), OFF, rng(), 48) == ramp()).all()


@pytest.mark.parametrize('side', [32, 48])
def test_no_images_no_copies(side: int) -> None:
    assert augment_batch(np.zeros((0, 48, 48), np.uint8), OFF, rng(), side).shape == (
        0,
        side,
        side,
    )


def test_smaller_side_keeps_the_picture() -> None:
    small = augment(ramp(), OFF, rng(), 36)
    assert small.shape == (36, 36)
    assert abs(int(small[18, 18]) - int(ramp()[24, 24])) < 8


def test_flip_mirrors_half_of_the_time() -> None:
    only_flip = replace(OFF, flip=True)
    copies = augment_batch(np.stack([ramp()] * 200), only_flip, rng(), 48)
    mirrored = copies[:, 0, 0] > copies[:, 0, -1]
    assert 0.35 < mirrored.mean() < 0.65
    assert (copies[mirrored][0] == ramp()[:, ::-1]).all()


def test_same_seed_same_copy() -> None:
    strong = Augmentation(camera=1.0, erase=1.0)
    assert (augment(ramp(), strong, rng(), 48) == augment(ramp(), strong, rng(), 48)).all()


@pytest.mark.parametrize('degrade', [*DEGRADATIONS, erase])
def test_degradations_keep_shape_and_show(degrade) -> None:
    worse = degrade(ramp(), rng())
    assert worse.shape == (48, 48) and worse.dtype == np.uint8
    assert (worse != ramp()).any()
