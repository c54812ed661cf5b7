# SPDX-License-Identifier: MIT
"""Rounding that keeps what a layer computes."""

import numpy as np
import pytest

pytest.importorskip('torch')

from training.text.rounding import Rounded, round_layer

LARGEST = 64


@pytest.fixture
def inputs() -> np.ndarray:
    """Inputs [500, 24] that go together, as those of a transformer do: six causes and noise."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(500, 6)) @ rng.normal(size=(6, 24)) + rng.normal(size=(500, 24)) / 9


def nearest(weights: np.ndarray) -> Rounded:
    """Each weight by itself, in steps of a 64th of the largest."""
    steps = np.abs(weights).max(1) / LARGEST
    return Rounded(np.rint(weights / steps[:, None]).astype(np.int8), steps)


def error(rounded: Rounded, weights: np.ndarray, inputs: np.ndarray) -> float:
    """Mean square of what the outputs change by."""
    kept = rounded.integers * rounded.steps[:, None]
    return float((((kept - weights) @ inputs.T) ** 2).mean())


def test_outputs_change_less_than_by_rounding_to_nearest(inputs: np.ndarray) -> None:
    weights = np.random.default_rng(1).normal(size=(8, 24))
    rounded = round_layer(weights, inputs.T @ inputs, LARGEST)
    assert error(rounded, weights, inputs) < error(nearest(weights), weights, inputs) / 5


def test_change_of_a_fifth_of_a_step_is_kept(inputs: np.ndarray) -> None:
    """A network on the grid, trained on: rounding to nearest gives the old one back."""
    rng = np.random.default_rng(2)
    integers = rng.integers(-LARGEST, LARGEST + 1, (8, 24))
    integers[:, 0] = LARGEST
    change = rng.uniform(-0.3, 0.3, integers.shape)
    change[:, 0] = 0
    weights = (integers + change) / 100
    assert (nearest(weights).integers == integers).all()
    rounded = round_layer(weights, inputs.T @ inputs, LARGEST)
    assert error(rounded, weights, inputs) < error(nearest(weights), weights, inputs) / 2


def test_weights_on_the_grid_stay(inputs: np.ndarray) -> None:
    integers = np.random.default_rng(3).integers(-LARGEST, LARGEST + 1, (8, 24))
    integers[:, 0] = LARGEST
    rounded = round_layer(integers / 100, inputs.T @ inputs, LARGEST)
    assert (rounded.integers == integers).all()
    np.testing.assert_allclose(rounded.steps, 0.01, rtol=1e-6)


@pytest.mark.parametrize('weights', [np.zeros((2, 24)), np.full((2, 24), 1e-9)])
def test_layers_of_nothing_and_inputs_that_never_come(weights: np.ndarray) -> None:
    rounded = round_layer(weights, np.zeros((24, 24)), LARGEST)
    assert np.isfinite(rounded.steps).all()
    np.testing.assert_allclose(rounded.integers * rounded.steps[:, None], weights, atol=1e-10)
