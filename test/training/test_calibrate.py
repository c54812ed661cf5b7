# SPDX-License-Identifier: MIT
"""Temperatures: found again when planted, and never fitted on what they are judged by."""

import numpy as np
import pytest

from emotion_ros.core.fusion.opinion_pool import softmax
from emotion_ros.errors import InvalidInput
from emotion_ros.sessions import metrics
from training import calibrate


def planted(temperature: float, n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are ``temperature`` times too sharp for their labels."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(n, 4)) * 1.5
    draws = rng.random((n, 1))
    labels = (softmax(logits).cumsum(1) < draws).sum(1)
    return logits * temperature, labels


@pytest.mark.parametrize('temperature', [0.5, 1.0, 3.0])
def test_planted_temperature_is_found(temperature: float) -> None:
    logits, labels = planted(temperature)
    assert calibrate.fit_temperature(logits, labels) == pytest.approx(temperature, rel=0.05)


def test_no_examples_are_refused() -> None:
    with pytest.raises(InvalidInput, match='no examples'):
        calibrate.fit_temperature(np.zeros((0, 4)), np.zeros(0, int))


def test_log_probabilities_serve_as_logits() -> None:
    logits, labels = planted(2.0, 2000)
    from_logits = calibrate.fit_temperature(logits, labels)
    from_logs = calibrate.fit_temperature(np.log(softmax(logits)), labels)
    assert from_logs == pytest.approx(from_logits, rel=1e-3)


def test_cross_fitting_repairs_overconfidence_and_keeps_the_decision() -> None:
    logits, labels = planted(3.0, 4000)
    sharp, fitted = softmax(logits), calibrate.cross_fitted(logits, labels)
    right = sharp.argmax(1) == labels
    assert (fitted.argmax(1) == sharp.argmax(1)).all()
    assert metrics.ece(fitted.max(1), right) < 0.03 < metrics.ece(sharp.max(1), right)


def test_each_fold_gets_the_temperature_of_the_others() -> None:
    logits, labels = planted(3.0, 50)
    together = softmax(logits / calibrate.fit_temperature(logits, labels))
    assert np.abs(calibrate.cross_fitted(logits, labels) - together).max() > 1e-4


BIAS = np.array([1.0, 0.5, -0.5, -1.0])
SCALE = np.array([1.3, 1.1, 0.9, 0.7])


@pytest.mark.parametrize('temperature', [0.5, 3.0])
def test_planted_scaling_is_found_beside_its_temperature(temperature: float) -> None:
    logits, labels = planted(1.0)
    bias = BIAS * temperature
    scores = calibrate.Calibration(temperature, bias, SCALE).scores(softmax(logits))
    found = calibrate.vector_scaling(scores, labels)
    assert found.temperature == pytest.approx(temperature, rel=0.05)
    assert found.bias == pytest.approx(bias, abs=0.1 * temperature)
    assert found.scale == pytest.approx(SCALE, abs=0.05)


def test_scaling_calibrates_better_than_temperature_alone() -> None:
    logits, labels = planted(2.0, 4000)
    alone, scaled = (
        calibrate.cross_fitted((logits - 3 * BIAS) / SCALE, labels, fit)
        for fit in (calibrate.temperature_only, calibrate.vector_scaling)
    )
    assert metrics.nll(scaled, labels) < metrics.nll(alone, labels) - 0.1
    assert (scaled.argmax(1) == labels).mean() > (alone.argmax(1) == labels).mean() + 0.02


def test_scores_are_what_the_probabilities_were_made_of() -> None:
    logits, _ = planted(2.0, 20)
    centred = logits - logits.mean(axis=1, keepdims=True)
    calibration = calibrate.Calibration(1.7, BIAS, SCALE)
    found = calibration.scores(calibration.probabilities(logits))
    np.testing.assert_allclose(found, centred, atol=1e-9)


def test_other_views_are_fitted_too_but_not_those_of_the_fold() -> None:
    logits, labels = planted(1.0, 100)
    sharp = calibrate.cross_fitted(logits, labels, others=[4 * logits])
    alone = calibrate.cross_fitted(logits, labels)
    assert sharp.max(1).mean() < alone.max(1).mean() - 0.05
    fold = np.random.default_rng(0).permutation(100) % calibrate.FOLDS
    others = np.where(fold[:, None] == 0, 9 * logits, 4 * logits)
    again = calibrate.cross_fitted(logits, labels, others=[others])
    np.testing.assert_array_equal(again[fold == 0], sharp[fold == 0])
    assert not np.array_equal(again[fold == 1], sharp[fold == 1])


@pytest.mark.parametrize(
    ('scores', 'labels'),
    [
        ([[5.0, 0.0, 0.0]], [0]),
        ([[5.0, 0.0, 0.0], [0.0, 5.0, 0.0]], [0, 1]),
        ([[5.0, 0.0, 0.0], [0.0, 5.0, 0.0]], [1, 0]),
        ([[0.0, 0.0, 0.0]] * 9, [2] * 9),
    ],
    ids=['one', 'all right', 'all wrong', 'one class'],
)
def test_few_examples_give_a_temperature_in_bounds_and_a_small_scaling(scores, labels) -> None:
    found = calibrate.vector_scaling(np.array(scores), np.array(labels))
    assert calibrate.LOW <= found.temperature <= calibrate.HIGH
    assert np.abs(found.bias / found.temperature).max() < 2
    assert np.sum(found.bias) == pytest.approx(0, abs=1e-6)
    assert np.mean(found.scale) == pytest.approx(1, abs=1e-6)
    assert np.min(found.scale) > 0


def test_no_examples_give_no_scaling() -> None:
    with pytest.raises(InvalidInput, match='no examples'):
        calibrate.vector_scaling(np.zeros((0, 4)), np.zeros(0, int))
