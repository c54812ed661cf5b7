# SPDX-License-Identifier: MIT
"""Agreement is a normalised divergence; a conflict is a lasting contradiction."""

import math

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.conflict import ConflictTimer, agreement, contradict
from examples import sure

ANGRY, HAPPY, NEUTRAL, SAD = (
    sure(e) for e in (Emotion.ANGRY, Emotion.HAPPY, Emotion.NEUTRAL, Emotion.SAD)
)
UNSURE = sure(Emotion.HAPPY, 0.4)


def test_agreement_needs_two():
    assert math.isnan(agreement([]))
    assert math.isnan(agreement([HAPPY]))


@pytest.mark.parametrize(
    ('opinions', 'expected'),
    [
        ([HAPPY, HAPPY], 1.0),
        ([(1.0, 0, 0, 0, 0, 0, 0), (0, 1.0, 0, 0, 0, 0, 0)], 0.0),
        ([(1.0, 0, 0, 0, 0, 0, 0), (0.5, 0.5, 0, 0, 0, 0, 0)], 0.688722),
    ],
)
def test_agreement_by_hand(opinions, expected):
    assert agreement(opinions) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ('opinions', 'expected'),
    [
        ([], False),
        ([HAPPY], False),
        ([HAPPY, HAPPY], False),
        ([HAPPY, NEUTRAL], False),
        ([ANGRY, SAD], False),
        ([UNSURE, SAD], False),
        ([HAPPY, SAD], True),
        ([NEUTRAL, ANGRY, HAPPY], True),
    ],
)
def test_only_confident_opposites_contradict(opinions, expected):
    assert contradict([np.asarray(p) for p in opinions]) is expected


def test_a_contradiction_must_last():
    timer = ConflictTimer()
    assert [timer.update(True, t) for t in (1.0, 1.2, 1.31)] == [False, False, True]


def test_a_conflict_outlives_one_late_frame_but_not_the_end_of_the_contradiction():
    timer = ConflictTimer()
    timer.update(True, 1.0)
    assert timer.update(True, 1.4)
    assert timer.update(False, 1.5)
    assert timer.update(True, 1.6)
    assert [timer.update(False, t) for t in (1.7, 1.9, 2.01)] == [True, True, False]
