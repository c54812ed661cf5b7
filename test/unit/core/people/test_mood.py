# SPDX-License-Identifier: MIT
"""Mood, trend, and the mood of a group."""

from math import isnan, nan

import pytest

from emotion_ros.core.people.mood import Mood, group_mood
from emotion_ros.core.state import EmotionState, Reason, Status


def mood_of(*values: tuple[float, float], seconds: float = 60.0, rate: float = 10.0) -> Mood:
    """Return the mood after these (valence, slope per second), each for ``seconds``."""
    mood, at_s = Mood(), 1000.0
    for start, slope in values:
        for i in range(int(seconds * rate)):
            mood.add(start + slope * i / rate, 0.2, at_s)
            at_s += 1 / rate
    return mood


@pytest.mark.parametrize('seconds', [0.0, 0.1, 9.0])
def test_at_first_it_is_not_known(seconds):
    mood = mood_of((0.5, 0.0), seconds=seconds)
    assert all(map(isnan, (mood.valence, mood.arousal, mood.valence_trend)))


def test_what_lasts_is_the_mood_without_a_trend():
    mood = mood_of((-0.4, 0.0))
    assert (mood.valence, mood.arousal) == (pytest.approx(-0.4), pytest.approx(0.2))
    assert mood.valence_trend == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize('slope', [0.01, -0.02])
def test_the_trend_is_the_slope_per_second(slope):
    assert mood_of((0.0, slope), seconds=30.0).valence_trend == pytest.approx(slope)


def test_it_does_not_depend_on_the_rate_of_the_states():
    slow, fast = (mood_of((0.8, 0.0), (-0.6, 0.0), rate=rate) for rate in (5.0, 30.0))
    assert slow.valence == pytest.approx(fast.valence, abs=0.01)


def test_it_follows_over_minutes_not_seconds():
    mood = mood_of((0.8, 0.0), (-0.6, 0.0))
    assert -0.3 < mood.valence < 0.1
    assert mood_of((0.8, 0.0), (-0.6, 0.0), seconds=600.0).valence == pytest.approx(-0.6, abs=0.05)


def test_a_pause_counts_as_one_step_and_nan_not_at_all():
    mood = mood_of((0.5, 0.0))
    mood.add(-1.0, 0.2, 5000.0)
    mood.add(nan, nan, 5001.0)
    mood.add(-1.0, 0.2, 10.0)
    assert mood.valence == pytest.approx(0.5, abs=0.05)


def state(person: str, valence: float, arousal: float = 0.1) -> EmotionState:
    return EmotionState(
        0.0, Status.OK, Reason.NONE, person_id=person, valence=valence, arousal=arousal
    )


@pytest.mark.parametrize(
    ('states', 'expected'),
    [
        ([], (nan, nan, nan, 0)),
        ([state('', 0.5)], (nan, nan, nan, 0)),
        ([state('a', 0.5)], (0.5, 0.1, nan, 1)),
        ([state('a', 0.5), state('b', -0.5, 0.3)], (0.0, 0.2, 0.5, 2)),
        ([state('a', 0.5), state('b', nan, nan)], (0.5, 0.1, nan, 2)),  # b is paused
        ([state(str(i), 0.2) for i in range(50)], (0.2, 0.1, 0.0, 50)),
    ],
)
def test_the_mood_of_a_group(states, expected):
    group = group_mood(states)
    found = (group.valence, group.arousal, group.spread, group.people)
    assert found == pytest.approx(expected, nan_ok=True)
