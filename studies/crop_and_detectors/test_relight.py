# SPDX-License-Identifier: MIT
"""Lights do to pixels what they say; thirds and differences are of the faces they name."""

import json

import numpy as np
import pytest

from studies.crop_and_detectors.relight import (
    COMMAND,
    LIGHTS,
    Row,
    contrast,
    gain,
    gamma,
    metrics_of,
    side_light,
    thirds,
)
from training.card import replace_metrics


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(60, 120, (3, 48, 48), np.uint8)


@pytest.mark.parametrize('name', LIGHTS)
def test_a_light_gives_faces_of_the_same_kind(images: np.ndarray, name: str) -> None:
    before = images.copy()
    after = LIGHTS[name](images)
    assert (after.shape, after.dtype) == (images.shape, np.uint8)
    np.testing.assert_array_equal(images, before)
    assert np.array_equal(after, images) == (name == 'as it is')


def test_what_each_light_does(images: np.ndarray) -> None:
    np.testing.assert_array_equal(gain(2.0)(images), images * 2)
    assert gain(9.0)(images).min() == 255
    assert gamma(2.0)(images).mean() < images.mean() < gamma(0.5)(images).mean()
    flat = contrast(0.5)(images)
    assert flat.std() == pytest.approx(images.std() / 2, rel=0.02)
    assert flat.mean() == pytest.approx(images.mean(), abs=0.5)
    grey = np.full((1, 48, 48), 80, np.uint8)
    lit = side_light(4.0)(grey)[0].astype(float)
    assert lit[0, 0] / lit[0, -1] == pytest.approx(4, rel=0.05)
    assert lit.mean() == pytest.approx(80, abs=1)
    np.testing.assert_array_equal(side_light(4.0, above=True)(grey)[0], lit.T)


def test_thirds_are_by_mean_and_by_contrast() -> None:
    images = np.zeros((3, 48, 48), np.uint8)
    images[0], images[1], images[2] = 200, 50, 100
    images[1, :, :24] = 150
    right = np.array([True, False, False])
    rows = {row.light: row.right.tolist() for row in thirds(images, right)}
    assert rows['mean grey: bright third'] == [True]
    assert rows['mean grey: dark third'] == [False]
    assert rows['contrast: strong third'] == [False]
    assert len(rows) == 6


def test_cells_have_the_interval_and_the_difference(tmp_path) -> None:
    before, after = np.array([True] * 8 + [False] * 2), np.array([True] * 6 + [False] * 4)
    assert Row('as it is', before).cells()['difference'] is None
    cells = Row('gain 2', after, before).cells()
    assert cells['accuracy_low'] < cells['accuracy'] == 0.6 < cells['accuracy_high']
    assert cells['difference'] == pytest.approx(-0.2)
    card = tmp_path / 'card.json'
    card.write_text(json.dumps({'metrics': [{'name': 'accuracy', 'command': 'another'}]}))
    for right in (before, after):
        replace_metrics(card, metrics_of([Row('mean grey: dark third', right)]), COMMAND)
    accuracy, light = json.loads(card.read_text())['metrics']
    assert accuracy['name'] == 'accuracy'
    assert (light['name'], light['value'], light['n']) == ('mean grey: dark third', 0.6, 10)
