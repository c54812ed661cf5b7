# SPDX-License-Identifier: MIT
"""The sentiment head that is fitted after the export."""

import numpy as np

from training.text.head import class_weights, fit_head


def test_rare_classes_count_as_much_as_frequent_ones() -> None:
    labels = np.array([0] * 6 + [1] * 3 + [2])
    weights = class_weights(labels, 1.0)
    np.testing.assert_allclose(np.bincount(labels, weights), np.mean(weights) * 10 / 3)
    assert (class_weights(labels, 0.0) == 1).all()


def test_head_learns_what_the_texts_say_and_keeps_the_rest() -> None:
    """Two features decide and the third never comes; the start knows only the third."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 600)
    features = np.zeros((600, 3))
    features[:, :2] = np.eye(3)[labels][:, :2] * 4 + rng.normal(size=(600, 2)) / 4
    start = np.zeros((4, 3))
    start[2] = (1.0, -2.0, 1.0)
    head = fit_head(features, labels, np.ones(600), start)
    logits = np.hstack([features, np.ones((600, 1))]) @ head
    assert (logits.argmax(1) == labels).mean() > 0.99
    np.testing.assert_allclose(head[2], start[2], atol=1e-3)
    assert np.abs(head[3]).max() > 0.1
