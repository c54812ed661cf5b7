# SPDX-License-Identifier: MIT
"""The arithmetic of the benchmarks on small numbers."""

import pytest

from benchmarks.figure import (
    Figure,
    NotMeasured,
    Spread,
    format_value,
    spread,
)


@pytest.mark.parametrize(
    ('value', 'text'),
    [(None, ''), (0.0, '0.00'), (1.234, '1.23'), (-12.34, '-12.3'), (1234.5, '1234')],
)
def test_values_have_three_digits(value, text):
    assert format_value(value) == text


@pytest.mark.parametrize(
    ('limit', 'aim', 'at_least', 'result'),
    [
        (None, None, False, ''),
        (40.0, None, False, 'ok'),
        (39.9, None, False, 'missed'),
        (80.0, 40.0, False, 'aim'),
        (80.0, 39.0, False, 'ok'),
        (39.9, 20.0, False, 'missed'),
        (40.0, None, True, 'ok'),
        (40.1, None, True, 'missed'),
        (20.0, 40.0, True, 'aim'),
        (20.0, 60.0, True, 'ok'),
    ],
)
def test_a_figure_is_compared_with_its_targets(limit, aim, at_least, result):
    figure = Figure('frame', 'ms', 40.0, limit=limit, aim=aim, at_least=at_least)
    assert figure.result == result


def test_a_spread_needs_samples():
    with pytest.raises(NotMeasured, match='frame'):
        spread('frame', [])
    assert spread('frame', list(range(101))) == Spread(50.0, 95.0, 99.0)
    assert spread('frame', [3.0, 1.0, 2.0]).p95 == pytest.approx(2.9)


@pytest.mark.parametrize(
    ('before', 'now', 'at_least', 'comparable', 'worsening'),
    [
        (10.0, 10.0, False, True, 1.0),
        (10.0, 20.0, False, True, 2.0),
        (10.0, 5.0, False, True, 0.5),
        (90.0, 45.0, True, True, 2.0),
        (0.0, 5.0, False, True, 1.0),
        (-0.1, 0.5, False, True, 1.0),
        (0.1, 5.0, False, False, 1.0),
    ],
)
def test_worse_means_more_or_less_depending_on_the_figure(
    before, now, at_least, comparable, worsening
):
    figure = Figure('frame', 'ms', now, at_least=at_least, comparable=comparable)
    assert figure.worsening(before) == pytest.approx(worsening)
