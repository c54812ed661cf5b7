# SPDX-License-Identifier: MIT
"""When a controller acts: episodes, gaps, people, cooldown, time that goes back."""

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.core.trigger import Policy, Rule, Transition, Trigger, TriggerMonitor
from emotion_ros.errors import ConfigError

RATE = 10


def state(word: str) -> EmotionState | None:
    """Return the state of a word: ``sad``, ``sad?`` (not actionable), ``sad@face_2``, ``-``."""
    if word == '-':
        return None
    label, _, person = word.partition('@')
    reason = Reason.LOW_CONFIDENCE if label.endswith('?') else Reason.NONE
    return EmotionState(
        stamp_s=0.0,
        status=Status.OK,
        reason=reason,
        emotion=Emotion[label.rstrip('?').upper()],
        confidence=0.8,
        person_id=person or 'face_1',
    )


def changes(trigger: Trigger, *spells: tuple[str, float]) -> list[tuple[float, str]]:
    """Play spells of (word, seconds) one after the other; return when what changed."""
    monitor, found, i = TriggerMonitor(trigger), [], 0
    for word, seconds in spells:
        for _ in range(round(seconds * RATE)):
            change = monitor.update(state(word), i / RATE)
            if change is not Transition.NONE:
                found.append((i / RATE, change.value))
            i += 1
    return found


SAD = Trigger(('sad',), for_s=1.0)
BROKEN = [(0.0, 'began'), (0.2, 'ended'), (0.3, 'began')]


@pytest.mark.parametrize(
    ('trigger', 'spells', 'expected'),
    [
        (SAD, [], []),
        (SAD, [('sad', 0.9), ('happy', 2.0)], []),
        (SAD, [('sad', 3.0)], [(1.0, 'began')]),
        (SAD, [('sad', 2.0), ('happy', 2.0)], [(1.0, 'began'), (2.5, 'ended')]),
        (SAD, [('sad?', 5.0)], []),
        (SAD, [('sad', 0.6), ('sad?', 0.3), ('sad', 1.0)], [(1.0, 'began')]),
        (SAD, [('sad', 0.8), ('sad?', 0.3)], []),
        (SAD, [('sad', 0.6), ('sad?', 0.8), ('sad', 0.9)], []),
        (SAD, [('sad', 2.0), ('-', 2.0)], [(1.0, 'began'), (2.5, 'ended')]),
        (SAD, [('sad', 0.6), ('sad@face_2', 0.9)], []),
        (
            SAD,
            [('sad', 2.0), ('sad@face_2', 2.0)],
            [(1.0, 'began'), (2.0, 'ended'), (3.1, 'began')],
        ),
        (Trigger(), [('happy', 1.0)], [(0.0, 'began')]),
        (Trigger(('sad', 'fear')), [('sad', 0.2), ('fear', 0.2)], [(0.0, 'began')]),
        (Trigger(confidence=0.9), [('happy', 1.0)], []),
        (Trigger(gap_s=0.0), [('sad', 0.2), ('sad?', 0.1), ('sad', 0.1)], BROKEN),
        (
            Trigger(('sad',), gap_s=0.0, cooldown_s=2.0),
            [('sad', 0.5), ('happy', 0.5), ('sad', 3.0)],
            [(0.0, 'began'), (0.5, 'ended'), (2.5, 'began')],
        ),
    ],
)
def test_episodes(trigger, spells, expected):
    found = changes(trigger, *spells)
    assert [change for _, change in found] == [change for _, change in expected]
    assert [at_s for at_s, _ in found] == pytest.approx([at_s for at_s, _ in expected])


def test_time_that_goes_back_ends_the_episode_and_the_cooldown():
    monitor = TriggerMonitor(Trigger(cooldown_s=100.0))
    assert monitor.update(state('sad'), 50.0) is Transition.BEGAN
    assert monitor.update(state('sad'), 3.0) is Transition.ENDED
    assert monitor.update(state('sad'), 3.1) is Transition.BEGAN


def test_time_that_goes_back_while_nobody_is_followed_forgets_the_cooldown():
    monitor = TriggerMonitor(Trigger(cooldown_s=100.0))
    assert monitor.update(state('sad'), 50.0) is Transition.BEGAN
    assert monitor.update(None, 52.0) is Transition.ENDED
    assert monitor.update(None, 53.0) is Transition.NONE
    assert monitor.update(None, 3.0) is Transition.NONE
    assert monitor.update(state('sad'), 3.1) is Transition.BEGAN


def test_a_hole_in_the_states_ends_the_episode():
    monitor = TriggerMonitor(Trigger(for_s=1.0))
    assert monitor.update(state('sad'), 0.0) is Transition.NONE
    assert monitor.update(state('sad'), 1.0) is Transition.BEGAN
    assert monitor.update(state('sad'), 2.1) is Transition.ENDED


@pytest.mark.parametrize(
    ('words', 'expected'),
    [
        (['sad'], []),
        (['happy', 'happy'], [10.6]),
        (['sad@face_2'], [10.0]),
        (['sad?', 'sad'], []),
    ],
)
def test_states_that_the_receiver_missed_are_no_interruption(words, expected):
    monitor = TriggerMonitor(Trigger(('sad',)))
    assert monitor.update(state('sad'), 0.0) is Transition.BEGAN
    times = [10.0, 10.6]
    found = [
        (t, monitor.update(state(w), t, missed=t == 10.0))
        for t, w in zip(times, words, strict=False)
    ]
    assert [t for t, change in found if change is Transition.ENDED] == expected


def test_a_small_step_back_in_time_changes_nothing():
    monitor = TriggerMonitor(Trigger())
    assert monitor.update(state('sad'), 50.0) is Transition.BEGAN
    assert monitor.update(state('sad'), 49.6) is Transition.NONE
    assert monitor.update(state('sad'), 50.1) is Transition.NONE


@pytest.mark.parametrize(
    ('values', 'words'),
    [
        ({'emotions': ('angst',)}, "'angst' is not one of angry"),
        ({'for_s': -1.0}, 'for_s: -1.0'),
        ({'gap_s': float('nan')}, 'gap_s: nan'),
        ({'cooldown_s': float('inf')}, 'cooldown_s: inf'),
        ({'confidence': 60}, 'confidence: 60'),
    ],
)
def test_a_bad_trigger_is_named(values, words):
    with pytest.raises(ConfigError, match=words):
        Trigger(**values)


def test_rules_of_a_policy_do_not_disturb_each_other():
    policy = Policy([Rule('comfort', SAD), Rule('look', Trigger())])
    assert policy.update(state('happy?'), 0.0) == ()
    (event,) = policy.update(state('sad'), 0.1)
    assert (event.behaviour, event.transition, event.at_s) == ('look', Transition.BEGAN, 0.1)
    assert policy.update(state('sad'), 0.7) == ()
    (event,) = policy.update(state('sad'), 1.2)
    assert (event.behaviour, event.state.label) == ('comfort', 'sad')
