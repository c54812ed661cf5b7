# SPDX-License-Identifier: MIT
"""Lag and error of the mood, on values that are known."""

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion
from studies.fusion.moods import HALF_S, figures, follow, lag_s, plan

AT_S = np.arange(0.0, 2 * HALF_S, 0.5)


def constant(valence: float) -> np.ndarray:
    return np.full((len(AT_S), 2), valence)


def test_a_mood_that_is_too_high_by_a_tenth():
    found, true = (follow(constant(v), AT_S) for v in (0.5, 0.4))
    of = figures(found, true, AT_S, changes=False)
    assert (of['mood_error'], of['mood_bias']) == (pytest.approx(0.1), pytest.approx(0.1))
    assert of['trend_error'] == pytest.approx(0.0, abs=1e-9)
    assert np.isnan([of['lag_s'], of['trend_sign']]).all()


@pytest.mark.parametrize(('delay_s', 'lag'), [(0.0, 0.0), (20.0, 20.0)])
def test_the_lag_is_the_time_to_half_of_the_way(delay_s, lag):
    assert lag_s(np.where(HALF_S + delay_s <= AT_S, -0.6, 0.8), AT_S) == lag


def test_a_mean_over_two_minutes_is_half_way_after_less_than_one():
    values = np.repeat(np.where(AT_S >= HALF_S, -0.6, 0.8)[:, None], 2, axis=1)
    assert 30.0 < lag_s(follow(values, AT_S)[:, 0], AT_S) < 60.0


def test_a_plan_is_of_its_emotions_and_every_second_face_is_neutral():
    labels = np.array([Emotion.HAPPY, Emotion.NEUTRAL, Emotion.SAD])
    made = plan(labels, (Emotion.HAPPY, Emotion.SAD), np.random.default_rng(0))
    shown = labels[made.face[made.segment]]
    assert set(shown[made.at_s < HALF_S]) == {Emotion.HAPPY, Emotion.NEUTRAL}
    assert set(shown[made.at_s > HALF_S + 6.0]) == {Emotion.SAD, Emotion.NEUTRAL}
    assert set(labels[made.face[1::2]]) == {Emotion.NEUTRAL}
