# SPDX-License-Identifier: MIT
"""The stable label: who leads clearly takes over, but not too often."""

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.hysteresis import LabelHysteresis
from examples import sure


def mixed(a: Emotion, p_a: float, b: Emotion, p_b: float) -> np.ndarray:
    """Return a distribution with these two values and the rest spread evenly."""
    p = np.full(7, (1.0 - p_a - p_b) / 5)
    p[a], p[b] = p_a, p_b
    return p


def test_the_first_label_is_taken_at_once():
    decision = LabelHysteresis(2.0).update(np.array(sure(Emotion.SAD, 0.7)), 10.0)
    assert (decision.emotion, decision.duration_s) == (Emotion.SAD, 0.0)
    assert decision.confidence == pytest.approx(0.7)


@pytest.mark.parametrize(('lead', 'emotion'), [(0.05, Emotion.HAPPY), (0.15, Emotion.SAD)])
def test_a_small_lead_changes_nothing(lead, emotion):
    label = LabelHysteresis(2.0)
    label.update(np.array(sure(Emotion.HAPPY)), 0.0)
    decision = label.update(mixed(Emotion.HAPPY, 0.3, Emotion.SAD, 0.3 + lead), 1.0)
    assert decision.emotion is emotion


def test_promise_59_a_flickering_source_changes_the_label_at_most_twice_a_second():
    label, changes, before = LabelHysteresis(2.0), [], None
    for i in range(300):
        source = Emotion.HAPPY if i % 2 else Emotion.SAD
        emotion = label.update(np.array(sure(source)), i / 30.0).emotion
        if before is not None and emotion is not before:
            changes.append(i / 30.0)
        before = emotion
    assert 15 <= len(changes) <= 20
    assert min(np.diff(changes)) >= 0.5 - 1e-9


def test_duration_counts_from_the_switch():
    label = LabelHysteresis(2.0)
    label.update(np.array(sure(Emotion.HAPPY)), 5.0)
    label.update(np.array(sure(Emotion.SAD)), 7.0)
    assert label.update(np.array(sure(Emotion.SAD)), 7.5).duration_s == pytest.approx(0.5)
