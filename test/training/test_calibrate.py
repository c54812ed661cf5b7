"""Temperatures: found again when planted, and never fitted on what they are judged by."""

import numpy as np
import pytest

from emotion_ros.core.errors import InvalidInput
from training import calibrate, metrics


def planted(temperature: float, n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are ``temperature`` times too sharp for their labels."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(n, 4)) * 1.5
    draws = rng.random((n, 1))
    labels = (calibrate.softmax(logits).cumsum(1) < draws).sum(1)
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
    from_logs = calibrate.fit_temperature(np.log(calibrate.softmax(logits)), labels)
    assert from_logs == pytest.approx(from_logits, rel=1e-3)


def test_cross_fitting_repairs_overconfidence_and_keeps_the_decision() -> None:
    logits, labels = planted(3.0, 4000)
    sharp, fitted = calibrate.softmax(logits), calibrate.cross_fitted(logits, labels)
    right = sharp.argmax(1) == labels
    assert (fitted.argmax(1) == sharp.argmax(1)).all()
    assert metrics.ece(fitted.max(1), right) < 0.03 < metrics.ece(sharp.max(1), right)


def test_each_fold_gets_the_temperature_of_the_others() -> None:
    logits, labels = planted(3.0, 50)
    together = calibrate.softmax(logits, calibrate.fit_temperature(logits, labels))
    assert np.abs(calibrate.cross_fitted(logits, labels) - together).max() > 1e-4
