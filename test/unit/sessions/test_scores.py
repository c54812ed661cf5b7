# SPDX-License-Identifier: MIT
"""Figures with intervals, against values from the literature and simple cases."""

import numpy as np
import pytest

from emotion_ros.sessions.scores import score, wilson

LABELS = ('a', 'b', 'c')


@pytest.mark.parametrize(
    ('hits', 'n', 'interval'),
    [
        (0, 10, (0.0, 0.2775)),
        (81, 263, (0.2553, 0.3662)),  # Newcombe 1998, table I, method 3
        (15, 148, (0.0624, 0.1605)),
        (1, 29, (0.0061, 0.1718)),
        (10, 10, (0.7225, 1.0)),
    ],
)
def test_the_interval_of_a_share_is_wilsons(hits, n, interval):
    assert wilson(hits, n) == pytest.approx(interval, abs=1e-4)


def distributions(predicted, confidence=0.8):
    rest = (1 - confidence) / 2
    return np.full((len(predicted), 3), rest) + (confidence - rest) * np.eye(3)[predicted]


def test_scores_of_nothing_are_nan():
    scores = score(np.zeros((0, 3)), np.zeros(0, np.int64), LABELS)
    assert (scores.n, scores.recall) == (0, {})
    assert np.isnan([scores.accuracy.value, *scores.macro_f1.interval, scores.ece15.value]).all()


def test_scores_of_a_small_case():
    truth, predicted = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    scores = score(distributions(predicted), truth, LABELS)
    assert scores.accuracy.value == 0.75
    assert scores.macro_f1.value == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert scores.ece15.value == pytest.approx(0.05)
    assert {label: figure.value for label, figure in scores.recall.items()} == {'a': 2 / 3, 'b': 1}
    assert scores.confusion.tolist() == [[2, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert scores.to_fields()['recall_95']['b'] == list(wilson(1, 1))


def test_few_rows_have_no_bootstrap_interval():
    scores = score(np.eye(3)[[0, 1]], np.array([0, 1]), LABELS)
    assert scores.accuracy.interval[0] == pytest.approx(0.342, abs=1e-3)
    assert scores.macro_f1.value == pytest.approx(1.0)
    assert np.isnan(scores.macro_f1.interval).all()


def test_an_interval_narrows_with_more_rows_and_is_always_the_same():
    def width(repeats):
        truth = np.array([0, 0, 0, 1] * repeats)
        predicted = np.array([0, 0, 1, 1] * repeats)
        first, again = (score(distributions(predicted), truth, LABELS).macro_f1 for _ in range(2))
        assert first == again
        assert first.interval[0] < first.value < first.interval[1]
        return first.interval[1] - first.interval[0]

    assert width(100) < width(5) / 3
