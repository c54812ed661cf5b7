# SPDX-License-Identifier: MIT
"""Two runs as step functions of time."""

from math import isnan

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.sessions.compare import compare
from emotion_ros.sessions.run_file import Point


def points(*moments):
    """Return points; actionable from a confidence of 0.7 on."""
    return [Point(at_s, label, share, share >= 0.7) for at_s, label, share in moments]


A = points((0.0, 'happy', 0.8), (1.0, 'happy', 0.8), (2.0, 'sad', 0.6), (3.0, 'sad', 0.6))
B = points(
    (0.0, 'happy', 0.6), (0.5, 'sad', 0.6), (1.5, 'sad', 0.6), (2.5, 'sad', 0.6), (3.0, 'sad', 0.6)
)


def test_time_with_the_same_label_and_the_mean_difference_of_confidence():
    total = compare({'run': A}, {'run': B}).total
    assert (total.duration_s, total.same_s) == (3.0, 1.5)
    assert total.confidence_difference == pytest.approx(2.0 * 0.2 / 3.0)
    assert total.by_labels_s == {('happy', 'sad'): 1.5}


def test_what_a_robot_would_have_done_otherwise():
    a = points((0.0, 'happy', 0.8), (1.0, 'happy', 0.8), (3.0, 'sad', 0.8), (4.0, 'sad', 0.8))
    b = points((0.0, 'happy', 0.9), (1.0, 'happy', 0.6), (2.0, 'sad', 0.6), (4.0, 'sad', 0.6))
    total = compare({'run': a}, {'run': b}).total
    assert (total.actionable_a_s, total.actionable_b_s, total.other_action_s) == (4.0, 1.0, 3.0)
    b = points((0.0, 'sad', 0.8), (1.0, 'sad', 0.6), (2.0, 'sad', 0.6))
    a = points((0.0, 'happy', 0.8), (1.0, 'sad', 0.6), (2.0, 'sad', 0.6))
    assert compare({'': a}, {'': b}).total.other_action_s == 1.0


def test_neighbouring_differences_are_one():
    [span] = compare({'run': A}, {'run': B}).differences
    assert (span.bag, span.start_s, span.end_s) == ('run', 0.5, 2.0)


def test_a_run_equals_itself():
    comparison = compare({'x': A, 'y': B}, {'x': A, 'y': B})
    assert (comparison.total.same, comparison.differences) == (1.0, [])
    assert list(comparison.bags) == ['x', 'y']


def test_a_gap_is_no_time():
    run = {'run': points((0.0, 'sad', 1.0), (60.0, 'sad', 1.0), (60.5, 'sad', 1.0))}
    assert compare(run, run).total.duration_s == 0.5


def test_bags_are_paired_by_name_and_single_ones_without():
    comparison = compare({'x': A, 'y': A}, {'y': A, 'z': A})
    assert (list(comparison.bags), comparison.only_a, comparison.only_b) == (['y'], ['x'], ['z'])
    assert list(compare({'': A}, {'run': A}).bags) == ['run']
    with pytest.raises(ConfigError, match='no bag in common'):
        compare({'x': A, 'y': A}, {'z': A, 'w': A})


def test_no_common_time_is_nan():
    assert isnan(compare({'': A}, {'': points((9.0, 'sad', 1.0))}).total.same)
