# SPDX-License-Identifier: MIT
"""The arithmetic of the live-crop experiment, on faces that can be counted."""

import json

import numpy as np
import pytest

from studies.crop_and_detectors.crop_report import CropReport
from studies.crop_and_detectors.trials.crop_score import (
    Gap,
    Trials,
    joined,
    paired_gap,
    quality_bins,
    score,
    sweep,
)
from studies.tables import as_csv, write_tables

NAN = float('nan')


def trials(*rows):
    """Rows of label, own right, square right, judged (None: missed), quality."""
    return Trials(
        labels=np.array([row[0] for row in rows], int),
        own=np.array([row[1] for row in rows], bool),
        square=np.array([row[2] for row in rows], bool),
        live=np.array([belief(row[3]) for row in rows]).reshape(-1, 7),
        quality=np.array([row[4] if row[3] is not None else NAN for row in rows]),
    )


def belief(judged, sure=0.7):
    if judged is None:
        return np.full(7, NAN)
    return np.where(np.arange(7) == judged, sure, (1 - sure) / 6)


def test_no_faces_have_no_score():
    nothing = score(trials())
    assert nothing.shown == 0
    assert np.isnan([nothing.recall, nothing.live, nothing.live_of_all]).all()


def test_a_missed_face_is_wrong_among_all_and_absent_among_the_found():
    result = score(
        trials(
            (0, True, True, 0, 0.9),
            (0, True, True, None, NAN),
            (3, False, True, 3, 0.5),
            (3, True, False, 4, 0.7),
        )
    )
    assert result.recall == 0.75
    assert (result.live, result.own, result.square) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (result.live_of_all, result.own_of_all) == (0.5, 0.75)
    assert result.quality == pytest.approx(0.7)


def test_faces_all_missed_are_all_wrong():
    result = score(trials((0, True, True, None, NAN)))
    assert (result.recall, result.live_of_all) == (0.0, 0.0)
    assert np.isnan([result.live, result.own, result.live_over_own.mean, result.quality]).all()


@pytest.mark.parametrize(
    ('right', 'reference', 'mean', 'half'),
    [
        ([], [], NAN, NAN),
        ([1], [0], 1.0, NAN),
        ([1, 0, 1, 0], [1, 0, 1, 0], 0.0, 0.0),
        ([1, 1, 1, 0], [1, 0, 1, 1], 0.0, 1.96 * np.sqrt(2 / 3) / 2),
        ([0, 0, 0, 0], [1, 0, 1, 0], -0.5, 1.96 * np.sqrt(1 / 3) / 2),
    ],
)
def test_a_gap_is_paired(right, reference, mean, half):
    gap = paired_gap(np.array(right, bool), np.array(reference, bool))
    assert (gap.mean, gap.half) == pytest.approx((mean, half), nan_ok=True)


def test_joined_trials_count_every_face_once():
    part = trials((0, True, True, 0, 0.9), (1, True, True, None, NAN))
    whole = score(joined([part, part, part]))
    assert (whole.shown, whole.recall) == (6, 0.5)


def test_quality_bins_hold_the_found_faces_from_bad_to_good():
    rows = [(0, True, True, 1 if q < 0.5 else 0, q) for q in (0.9, 0.1, 0.8, 0.2)]
    low, high = quality_bins(trials(*rows, (0, True, True, None, NAN)), count=2)
    assert (low.low, low.high, low.count, low.accuracy) == (0.1, 0.2, 2, 0.0)
    assert (high.low, high.high, high.count, high.accuracy) == (0.8, 0.9, 2, 1.0)
    assert low.confidence == pytest.approx(0.7)
    assert low.exponent < 0.1 < 1 < high.exponent


def test_the_exponent_of_honest_probabilities_is_one():
    honest = [(0, True, True, 0 if n < 70 else 1 + n % 6, 0.5) for n in range(100)]
    (only,) = quality_bins(trials(*honest), count=1)
    assert only.exponent == pytest.approx(1.0, abs=0.05)


def test_other_crops_are_compared_with_the_first():
    parts = [{'ours': np.array([True, True]), 'box': np.array([True, False])}] * 2
    result = sweep(parts, shown=10)
    assert (result.shown, result.found, result.accuracy['box']) == (10, 4, 0.5)
    assert result.gap['ours'] == Gap(0.0, 0.0)
    assert result.gap['box'].mean == -0.5


@pytest.fixture
def report():
    some = trials((0, True, True, 0, 0.9), (1, True, False, 3, 0.8), (2, False, True, 2, 0.7))
    none = trials((0, True, True, None, NAN))
    return CropReport(
        weights='cae048483015321b',
        detector='haar',
        faces=3,
        sizes={'detect_width 320': {'48 px': score(none), '96 px': score(some)}},
        cameras={'as it is': score(some)},
        sweeps={'haar': sweep([{'ours': some.right, 'box': some.own}], shown=4)},
        quality=quality_bins(some, count=1),
    )


def test_tables_have_shares_and_nothing_where_no_face_was_found(report):
    header, missed, found = as_csv(report.tables()['sizes']).splitlines()
    assert missed == 'detect_width 320,48 px,1,0.000,,,,,,,,1.000,0.000,'
    assert found.startswith('detect_width 320,96 px,3,1.000,0.667,0.667,0.667,0.000,')
    assert header.count(',') == missed.count(',') == found.count(',')


def test_every_table_is_a_file(report, tmp_path):
    write_tables(tmp_path / 'results', report.tables())
    names = {path.name for path in (tmp_path / 'results').iterdir()}
    assert names == {'sizes.csv', 'bad_cameras.csv', 'other_crops.csv', 'quality.csv'}
    ours, box = (tmp_path / 'results/other_crops.csv').read_text().splitlines()[1:]
    assert ours.startswith('haar,4,3,ours,0.667,0.000,')
    assert box.startswith('haar,4,3,box,')


def test_json_has_null_where_nothing_was_found(report):
    raw = json.loads(report.to_json())
    assert raw['sizes']['detect_width 320']['48 px']['live'] is None
    assert raw['sizes']['detect_width 320']['48 px']['live_of_all'] == 0.0
    assert raw['sweeps']['haar']['gap']['box']['mean'] == pytest.approx(0.0)
