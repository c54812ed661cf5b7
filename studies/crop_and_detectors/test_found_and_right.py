# SPDX-License-Identifier: MIT
"""Conditions change what they say; found, right and both are counted as they are."""

import json

import numpy as np
import pytest

from studies.crop_and_detectors.found_and_right import (
    COMMAND,
    Row,
    measure,
    metrics_of,
    rows,
    table,
)
from studies.crop_and_detectors.frames.conditions import CONDITIONS
from studies.crop_and_detectors.frames.synthetic_frames import paste
from studies.crop_and_detectors.test_pipeline_trials import (
    Brightness,
    SquareFinder,
    busy_face,
    flat_faces,
)
from studies.crop_and_detectors.trials.pipeline_trials import TrialRunner
from training.card import replace_metrics

LOCAL = ('a fifth covered', 'mask', 'glasses')


@pytest.mark.parametrize('name', [name for name in CONDITIONS if name != 'as it is'])
def test_a_condition_changes_the_face_and_leaves_the_frame_given(name: str) -> None:
    frame = paste(busy_face(), 96, np.random.default_rng(1), 'border')
    before = frame.image.copy()
    after = CONDITIONS[name](frame, np.random.default_rng(2))
    assert (after.image.shape, after.image.dtype) == (frame.image.shape, np.uint8)
    assert (after.left, after.top, after.side) == (frame.left, frame.top, frame.side)
    np.testing.assert_array_equal(frame.image, before)
    changed = np.abs(after.image.astype(int) - before).max(axis=2) > 0
    square = np.zeros_like(changed)
    square[frame.top - 4 : frame.top + 100, frame.left - 4 : frame.left + 100] = True
    assert changed[square].mean() > 0.03
    if name in LOCAL:
        assert not changed[~square].any()


def test_found_right_and_both() -> None:
    faces = [flat_faces(20, 130, 200, labels=[0, 3, 0]), flat_faces(170, labels=[4])]
    runner = TrialRunner(SquareFinder(darkest=25), Brightness(), 'grey')
    row = measure(runner, faces, 'as it is', 64, 'grey')
    assert row == Row('as it is', 64, faces=4, found=3, right=2)
    assert row.shares['found'][0] == 0.75
    assert row.shares['right'][0] == pytest.approx(2 / 3)
    value, low, high = row.shares['found_and_right']
    assert low < value == 0.5 < high


def test_nothing_found_has_no_share_of_right() -> None:
    assert np.isnan(Row('mask', 64, 4, 0, 0).shares['right'][0])
    assert table([Row('mask', 64, 4, 0, 0)])[1][:3] == ('mask', '64 px', 4)


def test_the_plan_is_sizes_then_conditions_each_once() -> None:
    runner = TrialRunner(SquareFinder(), Brightness(), 'grey')
    plan = [(row.condition, row.side) for row in rows(runner, [flat_faces()], (64, 128), (128,))]
    assert plan[:3] == [('as it is', 64), ('as it is', 128), ('blur, 2 px', 128)]
    assert len(plan) == len(set(plan)) == 1 + len(CONDITIONS)


def test_the_card_gets_the_figures_once(tmp_path) -> None:
    card = tmp_path / 'card.json'
    card.write_text(json.dumps({'metrics': [{'name': 'accuracy', 'command': 'another'}]}))
    for right in (30, 60):
        replace_metrics(card, metrics_of([Row('mask', 128, 100, 70, right)]), COMMAND)
    accuracy, found = json.loads(card.read_text())['metrics']
    assert accuracy['name'] == 'accuracy'
    assert (found['name'], found['value'], found['n']) == ('mask, 128 px', 0.6, 100)
