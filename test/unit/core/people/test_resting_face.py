# SPDX-License-Identifier: MIT
"""The resting face."""

import math

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.people.resting_face import LEARN_S, RestingFace
from examples import face, frame, make_fusion

ANGRY, HAPPY, NEUTRAL = Emotion.ANGRY, Emotion.HAPPY, Emotion.NEUTRAL


def mixed(**shares: float) -> tuple[float, ...]:
    """Return a distribution with these shares, the rest neutral."""
    p = [0.0] * 7
    for name, share in shares.items():
        p[Emotion[name.upper()]] = share
    p[NEUTRAL] += 1.0 - sum(p)
    return tuple(p)


def play(resting: RestingFace, begin_s: float, seconds: float, p: tuple[float, ...]):
    """Return the last result of ten images a second."""
    for i in range(int(seconds * 10)):
        result = resting.discount(p, begin_s + i / 10)
    return result


def test_before_it_is_learned_nothing_changes():
    frown = mixed(angry=0.6)
    assert play(RestingFace(), 0.0, LEARN_S - 1.0, frown) == frown


def test_a_frown_that_is_always_there_becomes_neutral_and_a_smile_stays():
    resting = RestingFace()
    at_rest = play(resting, 0.0, 15.0, mixed(angry=0.6))
    assert at_rest[NEUTRAL] > 0.95
    smile = resting.discount(mixed(angry=0.6, happy=0.4), 15.1)
    assert max(range(7), key=smile.__getitem__) in (NEUTRAL, HAPPY)
    assert smile[HAPPY] == pytest.approx(0.4)
    assert sum(smile) == pytest.approx(1.0)


def test_a_person_who_shows_different_expressions_keeps_them():
    resting = RestingFace()
    play(resting, 0.0, 6.0, mixed(angry=0.9))
    play(resting, 6.0, 6.0, mixed(happy=0.9))
    assert play(resting, 12.0, 3.0, mixed(angry=0.9))[ANGRY] > 0.85


def test_what_is_no_distribution_passes():
    nan = (math.nan,) * 7
    assert RestingFace().discount(nan, 0.0) is not None
    assert all(map(math.isnan, RestingFace().discount(nan, 0.0)))


@pytest.mark.parametrize(('resting_face', 'expected'), [(False, ANGRY), (True, NEUTRAL)])
def test_the_fusion_discounts_it_only_when_asked_to(resting_face, expected):
    fusion = make_fusion(resting_face=resting_face)
    for tenth in range(200):
        at_s = tenth / 10
        fusion.add_faces(frame(at_s, face(ANGRY, probabilities=mixed(angry=0.7))), at_s)
        [state] = fusion.states(at_s)
    assert state.emotion is expected
