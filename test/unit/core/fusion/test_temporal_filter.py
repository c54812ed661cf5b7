# SPDX-License-Identifier: MIT
"""Smoothing depends on how long a thing was seen, not on how many frames showed it."""

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.temporal_filter import FILTERS, make_filter
from emotion_ros.errors import ConfigError
from examples import sure

UNIFORM = np.full(7, 1 / 7)
HAPPY, SAD = (np.array(sure(e)) for e in (Emotion.HAPPY, Emotion.SAD))


def belief_after(name: str, seconds: float, rate: float) -> np.ndarray:
    """Show SAD for a while to a filter that believed HAPPY."""
    smooth = make_filter(name, UNIFORM)
    smooth.update(HAPPY, 0.0)
    for _ in range(round(seconds * rate)):
        belief = smooth.update(SAD, 1.0 / rate)
    return belief


@pytest.mark.parametrize('name', FILTERS)
def test_first_observation_is_believed(name):
    assert make_filter(name, UNIFORM).update(HAPPY, 0.0) == pytest.approx(HAPPY)


@pytest.mark.parametrize('name', FILTERS)
def test_a_lasting_change_is_taken_over(name):
    assert np.argmax(belief_after(name, 1.5, 20.0)) == Emotion.SAD


@pytest.mark.parametrize('name', ['hmm', 'ema'])
def test_one_frame_is_not_enough(name):
    assert np.argmax(belief_after(name, 0.05, 20.0)) == Emotion.HAPPY


@pytest.mark.parametrize('name', ['hmm', 'ema'])
def test_the_frame_rate_does_not_matter(name):
    for seconds in (0.4, 1.0, 2.0):
        slow, fast = belief_after(name, seconds, 10.0), belief_after(name, seconds, 60.0)
        assert slow == pytest.approx(fast, abs=0.05)


@pytest.mark.parametrize('name', FILTERS)
@pytest.mark.parametrize('confidence', [0.2, 0.4, 0.6, 0.8, 0.95])
def test_what_lasts_is_believed_as_far_as_it_says_and_no_further(name, confidence):
    smooth, observed = make_filter(name, UNIFORM), np.array(sure(Emotion.SAD, confidence))
    smooth.update(UNIFORM, 0.0)
    for _ in range(60):
        belief = smooth.update(observed, 0.05)
    assert belief[Emotion.SAD] == pytest.approx(confidence, abs=0.03)


@pytest.mark.parametrize('name', ['hmm', 'ema'])
def test_no_time_no_change_of_mind(name):
    smooth = make_filter(name, UNIFORM)
    smooth.update(HAPPY, 0.0)
    assert smooth.update(SAD, 0.0) == pytest.approx(HAPPY, abs=1e-6)


def test_an_unknown_filter_is_named():
    with pytest.raises(ConfigError, match='kalman'):
        make_filter('kalman', UNIFORM)
