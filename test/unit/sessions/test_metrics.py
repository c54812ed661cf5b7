# SPDX-License-Identifier: MIT
"""Every figure against a value worked out by hand, and against scikit-learn's."""

from math import isnan, log

import numpy as np
import pytest

from emotion_ros.sessions import metrics

# rows: true class; class 0 six times, class 1 twice, class 2 never
TABLE = np.array([[4, 2, 0], [1, 1, 0], [0, 0, 0]])


@pytest.mark.parametrize(
    ('figure', 'expected'),
    [
        (metrics.accuracy, 5 / 8),
        (metrics.macro_recall, (4 / 6 + 1 / 2) / 2),
        (metrics.macro_f1, (8 / 11 + 2 / 5) / 2),
        (metrics.weighted_f1, 6 / 8 * 8 / 11 + 2 / 8 * 2 / 5),
    ],
)
def test_figures_of_a_confusion_table(figure, expected) -> None:
    assert figure(TABLE) == pytest.approx(expected)


@pytest.mark.parametrize(
    'figure',
    [metrics.accuracy, metrics.macro_recall, metrics.macro_f1, metrics.weighted_f1],
)
def test_nothing_measured_is_nan(figure) -> None:
    assert isnan(figure(np.zeros((3, 3), int)))


def test_confusion_has_true_classes_in_rows() -> None:
    table = metrics.confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    assert table.tolist() == [[1, 1], [0, 1]]


def test_predicted_class_that_never_occurs_costs_precision_only() -> None:
    table = np.array([[1, 0, 1], [0, 2, 0], [0, 0, 0]])
    assert metrics.macro_f1(table) == pytest.approx((2 / 3 + 1) / 2)


def test_precision_of_what_is_never_predicted_is_nan() -> None:
    assert metrics.class_precision(TABLE)[:2] == pytest.approx([4 / 5, 1 / 3])
    assert isnan(metrics.class_precision(TABLE)[2])


@pytest.mark.parametrize(
    ('confidence', 'correct', 'expected'),
    [
        ([1.0, 1.0], [True, True], 0.0),
        ([0.9, 0.9], [True, False], 0.4),
        ([0.9, 0.3], [True, False], (0.1 + 0.3) / 2),
    ],
)
def test_ece(confidence, correct, expected) -> None:
    got = metrics.ece(np.array(confidence), np.array(correct))
    assert got == pytest.approx(expected)


def test_nll_is_in_nats() -> None:
    got = metrics.nll(np.array([[0.5, 0.5], [0.25, 0.75]]), np.array([0, 0]))
    assert got == pytest.approx((log(2) + log(4)) / 2)


@pytest.mark.parametrize('seed', range(5))
def test_figures_are_those_of_scikit_learn(seed) -> None:
    reference = pytest.importorskip('sklearn.metrics', reason='the reference is scikit-learn')
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(4), 50)
    labels, predicted = rng.integers(0, 3, 50), probabilities.argmax(1)  # class 3 never occurs
    present = {'labels': range(3), 'zero_division': 0}
    table = metrics.confusion(labels, predicted, 4)
    assert (table == reference.confusion_matrix(labels, predicted, labels=range(4))).all()
    assert metrics.accuracy(table) == pytest.approx(reference.accuracy_score(labels, predicted))
    for ours, average, figure in (
        (metrics.macro_recall, 'macro', reference.recall_score),
        (metrics.macro_f1, 'macro', reference.f1_score),
        (metrics.weighted_f1, 'weighted', reference.f1_score),
    ):
        theirs = figure(labels, predicted, average=average, **present)
        assert ours(table) == pytest.approx(theirs)
    theirs = reference.precision_score(labels, predicted, average=None, **present)
    assert np.nan_to_num(metrics.class_precision(table)[:3]) == pytest.approx(theirs)
    loss = reference.log_loss(labels, probabilities, labels=range(4))
    assert metrics.nll(probabilities, labels) == pytest.approx(loss)
