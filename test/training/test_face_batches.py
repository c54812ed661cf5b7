# SPDX-License-Identifier: MIT
"""Batches follow from the seed alone; mixup mixes faces and targets alike."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip('torch', reason='training needs torch')

from emotion_ros.core.emotions import EMOTIONS
from face_samples import write_faces
from training.face.augment import Augmentation
from training.face.batches import load_epoch, mix, vote_targets
from training.face.config import TrainConfig
from training.face.data import SIDE, Faces, load_faces, without_non_faces

CONFIG = TrainConfig(epochs=4, batch=4, small_share=0.5, clean_epochs=1)


@pytest.fixture(scope='module')
def faces(tmp_path_factory: pytest.TempPathFactory) -> Faces:
    return load_faces(write_faces(tmp_path_factory.mktemp('faces')), 'Training')


def epoch(faces: Faces, number: int, **changes: object) -> list[tuple[np.ndarray, np.ndarray]]:
    config = dataclasses.replace(CONFIG, **changes)
    batches = load_epoch(faces, config, Augmentation(), number)
    return [(images.numpy(), targets.numpy()) for images, targets in batches]


def test_epoch_is_whole_batches_small_first(faces: Faces) -> None:
    first, last = epoch(faces, 0), epoch(faces, 3)
    assert [i.shape for i, _ in first] == [(4, CONFIG.small_side, CONFIG.small_side)] * 3
    assert [i.shape for i, _ in last] == [(4, SIDE, SIDE)] * 3
    assert all(t.shape == (4, len(EMOTIONS)) for _, t in first)


@pytest.mark.filterwarnings('ignore:.*fork')
def test_workers_make_the_same_batches(faces: Faces) -> None:
    alone, helped = epoch(faces, 2, mixup=0.4), epoch(faces, 2, mixup=0.4, workers=1)
    for (a, b), (c, d) in zip(alone, helped, strict=True):
        assert (a == c).all() and (b == d).all()


def test_epochs_and_seeds_differ(faces: Faces) -> None:
    first = epoch(faces, 2)[0][0]
    assert (first != epoch(faces, 2, seed=1)[0][0]).any()
    assert (first != epoch(faces, 2, small_share=0.0)[1][0]).any()


def test_fewer_faces_than_a_batch_are_one_batch(faces: Faces) -> None:
    (batch,) = epoch(faces.take(np.arange(3)), 0)
    assert len(batch[0]) == 3


def test_mixup_mixes_faces_and_targets_in_one_proportion() -> None:
    images = np.stack([np.full((2, 2), 0, np.uint8), np.full((2, 2), 200, np.uint8)])
    rng = np.random.default_rng(3)
    for _ in range(20):
        mixed, targets = mix(images, np.eye(2, dtype=np.float32), 1.0, rng)
        assert mixed[:, 0, 0] == pytest.approx(200 * targets[:, 1], abs=0.51)
        assert targets.sum(1) == pytest.approx([1, 1])
        assert targets.dtype == np.float32


def test_mixup_rests_in_the_clean_epochs(faces: Faces) -> None:
    def targets(number: int) -> set[tuple[float, ...]]:
        return {tuple(row) for _, t in epoch(faces, number, mixup=1.0) for row in t}

    known = {tuple(row) for row in vote_targets(faces, CONFIG)}
    assert targets(3) <= known
    assert not targets(2) <= known


def test_clean_epochs_are_milder() -> None:
    full = Augmentation(erase=0.5)
    assert CONFIG.augmentation(2, full) == full
    assert CONFIG.augmentation(3, full).erase == 0


@pytest.mark.parametrize(('step', 'expected'), [(0, 0.25), (3, 1.0), (39, 0.0)])
def test_learning_rate_rises_and_falls_to_zero(step: int, expected: float) -> None:
    assert TrainConfig(lr=1.0, warmup=0.1).learning_rate(step, 40) == pytest.approx(
        expected, abs=1e-6
    )


def test_targets_mix_votes_by_trust(faces: Faces) -> None:
    targets = vote_targets(faces, TrainConfig(votes_mix=0.5, smoothing=0.0))
    neutral = EMOTIONS.index('neutral')
    assert targets[3, [3, neutral]].tolist() == [0.5, 0.5]
    assert targets[0].tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert len(without_non_faces(faces)) == len(faces)
