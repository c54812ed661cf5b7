# SPDX-License-Identifier: MIT
"""Expected states must have settled by the deadline, and must last."""

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.demo.evaluation import Outcome, TimedState, evaluate
from emotion_ros.demo.storyboard import Cue, Expectation, Storyboard

AT_S, WITHIN_S = 10.0, 1.0
STORY = Storyboard((Cue(0.0), Cue(AT_S, expect=Expectation(WITHIN_S, emotion=Emotion.HAPPY))))
LONG_AFTER_S = 99.0


def states(pattern: str, first_s: float = AT_S) -> list[TimedState]:
    """Return a state every 0.1 s: h is the happy one that is expected, any other letter sad."""
    emotions = [Emotion.HAPPY if letter == 'h' else Emotion.SAD for letter in pattern]
    return [
        TimedState(first_s + i / 10, EmotionState(0.0, Status.OK, Reason.NONE, emotion=emotion))
        for i, emotion in enumerate(emotions)
    ]


@pytest.mark.parametrize(
    ('pattern', 'settled_after_s'),
    [
        ('', None),
        ('hhh', 0.0),
        ('sshhhhhhhhh', 0.2),
        ('ssssssss' + 'hhh', 0.8),
        ('sssssssss' + 'hh' + 'hhhhhh', None),
        ('hhhhhhhhhhs', 0.0),
        ('hhhhsshhhhh', 0.0),
        ('hhhhhhhssss', None),
        ('hhhsshshshs', None),
        ('hhhhhhhhhhh' + 'sssss', 0.0),
        ('hhshhhhhhhh', 0.3),
        ('hh', None),
    ],
    ids=[
        'no states at all',
        'right at once',
        'right after a while',
        'just in time',
        'too late: only two before the deadline',
        'one late frame',
        'two late frames',
        'not lasting',
        'flickering',
        'lost after the deadline',
        'interrupted',
        'too few',
    ],
)
def test_states_settle_before_the_deadline(pattern, settled_after_s):
    (result,) = evaluate(STORY, states(pattern), LONG_AFTER_S)
    met = settled_after_s is not None
    assert result.outcome is (Outcome.MET if met else Outcome.MISSED)
    assert result.settled_after_s == (pytest.approx(settled_after_s) if met else None)


def test_states_before_the_cue_do_not_count():
    (result,) = evaluate(STORY, states('hhhhh', first_s=AT_S - 0.5), LONG_AFTER_S)
    assert (result.outcome, result.last) == (Outcome.MISSED, None)


def test_the_last_state_of_the_window_is_shown():
    seen = states('hhhhhhhhhhs' + 'h')
    (result,) = evaluate(STORY, seen, LONG_AFTER_S)
    assert result.last is seen[10].state


@pytest.mark.parametrize(
    ('now_s', 'outcome'), [(0.0, 'pending'), (11.0, 'pending'), (11.01, 'missed')]
)
def test_nothing_is_decided_before_the_deadline(now_s, outcome):
    (result,) = evaluate(STORY, [], now_s)
    assert result.outcome.value == outcome


def test_a_story_without_expectations_has_no_results():
    assert evaluate(Storyboard((Cue(0.0),)), states('hhh'), LONG_AFTER_S) == ()
