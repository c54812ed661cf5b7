# SPDX-License-Identifier: MIT
"""Selective prediction, against cases that can be counted by hand."""

import numpy as np
import pytest

from studies.fusion.metrics.risk_coverage import (
    checked_threshold,
    risk_coverage,
    summarise,
    threshold_for,
)
from studies.fusion.output.plots import draw_risk_coverage

NAN = float('nan')


@pytest.mark.parametrize(
    ('score', 'correct', 'threshold', 'coverage', 'accuracy', 'aurc'),
    [
        ([], [], [], [], [], NAN),
        ([0.5], [True], [0.5], [1.0], [1.0], 0.0),
        (
            [0.9, 0.1, 0.5],
            [1, 0, 0],
            [0.9, 0.5, 0.1],
            [1 / 3, 2 / 3, 1],
            [1, 1 / 2, 1 / 3],
            7 / 18,
        ),
        # what ties is left out together, whatever its order
        ([0.9, 0.5, 0.5, 0.5], [1, 0, 1, 1], [0.9, 0.5], [1 / 4, 1], [1, 3 / 4], 3 / 16),
        ([0.9, 0.5, 0.5, 0.5], [1, 1, 1, 0], [0.9, 0.5], [1 / 4, 1], [1, 3 / 4], 3 / 16),
        ([0.7, 0.7], [1, 0], [0.7], [1.0], [0.5], 0.5),
        # one class: all right, all wrong
        ([0.2, 0.8], [1, 1], [0.8, 0.2], [0.5, 1], [1, 1], 0.0),
        ([0.2, 0.8], [0, 0], [0.8, 0.2], [0.5, 1], [0, 0], 1.0),
        ([NAN, 0.8], [0, 1], [0.8, -np.inf], [0.5, 1], [1, 0.5], 0.25),
    ],
)
def test_the_curve_by_hand(score, correct, threshold, coverage, accuracy, aurc):
    curve = risk_coverage(np.array(score), np.array(correct, bool))
    assert curve.threshold.tolist() == threshold
    assert curve.coverage.tolist() == pytest.approx(coverage)
    assert curve.accuracy.tolist() == pytest.approx(accuracy)
    assert curve.aurc == pytest.approx(aurc, nan_ok=True)


@pytest.mark.parametrize(
    ('correct', 'target', 'threshold'),
    [
        ([1, 1, 1, 0], 1.0, 1.0),
        ([1, 1, 1, 0], 0.75, 0.0),  # all of them will do
        ([1, 0, 1, 1], 0.75, 0.0),  # a dip above does not matter
        ([0, 1, 1, 1], 0.8, None),
        ([1] + [0] * 99, 0.9, None),  # one of a hundred is chance
        ([], 0.8, None),
    ],
)
def test_the_lowest_threshold_that_keeps_an_accuracy(correct, target, threshold):
    score = np.arange(len(correct), dtype=float)[::-1]
    assert threshold_for(score, np.array(correct, bool), target) == threshold


def test_a_threshold_is_checked_on_the_other_half():
    """Two groups that are opposites: what one half calls good is wrong in the other."""
    score = np.tile(np.linspace(0, 1, 20), 2)
    correct = np.concatenate([score[:20] > 0.5, score[20:] < 0.5])
    group = np.repeat([0, 1], 20)
    assert checked_threshold(score, correct, group, 0.95) == {
        'threshold': None,
        'coverage': 0.25,
        'accuracy': 0.0,
    }


def test_a_summary_of_nothing_has_no_figures():
    none = summarise(np.empty(0), np.empty(0, bool), np.empty(0, int))
    assert (none['n'], none['accuracy']) == (0, None)
    assert none['80%'] == {'threshold': None, 'coverage': 0.0, 'accuracy': None}


def test_the_picture_is_drawn_also_of_an_empty_curve(tmp_path):
    curves = {
        name: risk_coverage(np.arange(count) / 10, np.arange(count) % 2 > 0)
        for name, count in (('a', 0), ('b', 1), ('c', 9), ('d', 30), ('e', 2))
    }
    draw_risk_coverage(curves, tmp_path / 'curves.svg')
    assert 'd: AURC' in (tmp_path / 'curves.svg').read_text()
