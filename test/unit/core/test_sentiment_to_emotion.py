# SPDX-License-Identifier: MIT
"""Sentiment to emotions: worked by hand, and never a loss of probability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emotion_ros.core.sentiment_to_emotion import emotion_from_sentiment

UNIFORM = np.full(7, 1 / 7)
# Two unpleasant emotions, two pleasant ones, one neutral, two that are half and half.
TABLE = np.array(
    [[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 1, 0], [0.5, 0, 0.5], [0.5, 0, 0.5]]
)
CASES = [
    ([1, 0, 0], UNIFORM, [1 / 3, 1 / 3, 0, 0, 0, 1 / 6, 1 / 6]),
    ([0, 1, 0], UNIFORM, [0, 0, 0, 0, 1, 0, 0]),
    ([0.5, 0, 0.5], UNIFORM, [1 / 6, 1 / 6, 1 / 6, 1 / 6, 0, 1 / 6, 1 / 6]),
    ([1, 0, 0], [0.6, 0.2, 0.1, 0.1, 0, 0, 0], [0.75, 0.25, 0, 0, 0, 0, 0]),
    ([0, 1, 0], [0.6, 0.2, 0.1, 0.1, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0]),
]


@pytest.mark.parametrize(('sentiment', 'prior', 'expected'), CASES)
def test_worked_examples(sentiment: object, prior: object, expected: object) -> None:
    result = emotion_from_sentiment(np.asarray(sentiment, float), TABLE, np.asarray(prior))
    np.testing.assert_allclose(result, expected, atol=1e-12)


def test_nan_stays_nan() -> None:
    assert np.isnan(emotion_from_sentiment(np.full(3, np.nan), TABLE, UNIFORM)).all()
    assert np.isnan(emotion_from_sentiment(np.ones(3) / 3, TABLE, np.full(7, np.nan))).any()


positive = st.floats(1e-3, 1)


@given(arrays(float, 3, elements=positive), arrays(float, 7, elements=positive))
def test_sums_to_one_and_keeps_the_sentiment(sentiment: np.ndarray, prior: np.ndarray) -> None:
    sentiment, prior = sentiment / sentiment.sum(), prior / prior.sum()
    emotion = emotion_from_sentiment(sentiment, TABLE, prior)
    assert emotion.sum() == pytest.approx(1)
    assert emotion[4] == pytest.approx(sentiment[1])
    assert emotion[0] * prior[1] == pytest.approx(emotion[1] * prior[0])
