# SPDX-License-Identifier: MIT
"""Training of the networks for covered, turned and cut faces, on pictures easy to tell."""

from math import pi

import numpy as np
import pytest
import torch

from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.quality import border_features, classify_view
from training.face.coverage import check, epoch, load_crops, train_cut, train_view

SIDE = 48
SLOPE = np.linspace(220, 40, SIDE)[:, None].repeat(SIDE, axis=1).astype(np.uint8)  # dark below
SQUARE = ((30, 40), (70, 40), (50, 60), (35, 80), (65, 80))


@pytest.fixture(scope='module')
def crops(tmp_path_factory):
    """Return rows as ``load_crops`` gives them: plain, covered, cut, and turned by 90 degrees."""
    covered = SLOPE.copy()
    covered[28:] = 255
    rows = [
        (SLOPE, False, 0, 'ordinary', (100, 100, 200, 200)),
        (covered, True, 0, 'mouth covered', (100, 100, 200, 200)),
        (SLOPE, True, 0, 'a third cut off, left', (-30, 100, 70, 200)),
        (np.rot90(SLOPE, -1), False, 1, 'turned by 90° clockwise', (100, 100, 200, 200)),
    ] * 8
    path = tmp_path_factory.mktemp('crops') / 'crops.npz'
    names = ('crops', 'covered', 'turns', 'condition', 'box')
    columns = {n: np.array(v) for n, v in zip(names, zip(*rows, strict=True), strict=True)}
    landmarks = columns['box'][:, None, :2] + np.array(SQUARE)
    size, score = np.full((len(rows), 2), 400), np.full(len(rows), 0.9)
    np.savez(path, landmarks=landmarks, size=size, score=score, **columns)
    return load_crops([path, path])


def test_turned_crops_are_turned_back(crops):
    assert len(crops['crops']) == 64
    assert (crops['crops'][crops['turns'] == 1] == SLOPE).all()


def test_an_epoch_has_covered_and_ordinary_faces_and_such_of_which_it_does_not_matter(crops):
    views, covered = epoch(crops, 200, np.random.default_rng(0))
    assert views.shape == (200, 1, 24, 24)
    assert set(covered.tolist()) == {-1.0, 0.0, 1.0}


def test_the_written_weights_tell_rotation_and_cover(crops):
    torch.manual_seed(0)
    written = train_view(crops, 3, 600, np.random.default_rng(0))
    network = {name: np.array(values, np.float32) for name, values in written.items()}
    assert classify_view(SLOPE, network).turned < 0.5
    for quarters, roll in ((1, pi / 2), (2, pi), (3, -pi / 2)):
        view = classify_view(np.ascontiguousarray(np.rot90(SLOPE, -quarters)), network)
        assert (view.turned > 0.5, view.roll) == (True, roll)
    covered = crops['crops'][crops['condition'] == 'mouth covered'][0]
    assert classify_view(covered, network).covered > classify_view(SLOPE, network).covered


def test_a_cut_face_is_told_by_its_box(crops):
    torch.manual_seed(0)
    network = {name: np.array(values) for name, values in train_cut(crops).items()}

    def logit(box):
        x1, y1 = box[:2]
        landmarks = tuple((x1 + x, y1 + y) for x, y in SQUARE)
        features = border_features(FaceBox(box, 0.9, landmarks), 400, 400)
        hidden = np.maximum(features @ network['hidden'] + network['hidden_bias'], 0.0)
        return (hidden @ network['output'] + network['output_bias'])[0]

    assert logit((-30.0, 100.0, 70.0, 200.0)) > 0.0 > logit((100.0, 100.0, 200.0, 200.0))


def test_the_check_has_a_row_for_what_covers_nothing():
    figures = check(np.stack([SLOPE] * 2), seed=0)
    assert {'ordinary', 'glasses', 'beard', 'mouth covered', '180 degrees'} <= set(figures)
