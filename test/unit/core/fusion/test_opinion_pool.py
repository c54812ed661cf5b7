# SPDX-License-Identifier: MIT
"""The log-linear pool, against sums done by hand and against its properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.opinion_pool import pool
from examples import sure

UNIFORM = np.full(7, 1 / 7)
POSITIVE = st.floats(0.01, 1.0)
distributions = arrays(np.float64, 7, elements=POSITIVE).map(lambda p: p / p.sum())
weights = st.floats(0.0, 2.0)


def test_no_opinion_leaves_the_prior():
    prior = np.array([0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    assert pool([], [], prior) == pytest.approx(prior)
    assert pool([sure(Emotion.SAD)], [0.0], prior) == pytest.approx(prior)


def test_one_opinion_with_weight_one_is_the_opinion():
    assert pool([sure(Emotion.SAD)], [1.0], UNIFORM) == pytest.approx(sure(Emotion.SAD))


def test_two_opinions_by_hand():
    """p ~ p1**1 * p2**2: with two classes at .8 and .6 the odds are 4 * 1.5**2 = 9."""
    result = pool([[0.8, 0.2], [0.6, 0.4]], [1.0, 2.0], np.array([0.5, 0.5]))
    assert result == pytest.approx([0.9, 0.1])


def test_one_certain_source_cannot_veto_all_others():
    certain = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    result = pool([certain, sure(Emotion.SAD), sure(Emotion.SAD)], [1.0, 2.0, 2.0], UNIFORM)
    assert np.argmax(result) == Emotion.SAD


@given(st.lists(st.tuples(distributions, weights), max_size=4), distributions)
def test_result_is_a_distribution_whatever_the_order(said, prior):
    opinions, w = [p for p, _ in said], [x for _, x in said]
    result = pool(opinions, w, prior)
    assert result.sum() == pytest.approx(1.0)
    assert (result > 0.0).all()
    assert pool(opinions[::-1], w[::-1], prior) == pytest.approx(result)


@given(distributions)
def test_two_equal_sources_agree_with_one(opinion):
    both = pool([opinion, opinion], [0.8, 0.6], UNIFORM)
    assert both[np.argmax(opinion)] == pytest.approx(both.max())
