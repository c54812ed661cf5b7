# SPDX-License-Identifier: MIT
"""Reactions to the behaviours in a recording, and their comparison."""

from dataclasses import replace

import pytest

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.people.behaviour_reactions import (
    BegunBehaviour,
    BehaviourObserver,
    BehaviourReactions,
    ObservedReaction,
    begun_behaviours,
    compare_behaviours,
    student_t_975,
    summarise_behaviours,
)
from emotion_ros.core.people.reaction import Reaction, UnknownReason, Verdict
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.core.trigger import Rule, Trigger


def person(person_id: str, valence: float) -> EmotionState:
    return EmotionState(
        0.0, Status.OK, Reason.NONE, person_id=person_id, valence=valence, arousal=0.0
    )


def test_each_behaviour_is_observed_for_the_person_it_began_for():
    reactions, found = BehaviourReactions(2.0), []
    for tick in range(100):
        at_s = tick / 10
        states = [person('face_1', 0.6 if at_s > 4 else 0.0), person('face_2', 0.0)]
        began = [('joke', 'face_1'), ('joke', 'face_2')] if tick == 35 else []
        began += [('late', 'face_1')] if tick == 95 else []
        found += reactions.update(began, states, at_s)
    assert [(o.person_id, o.at_s, o.reaction.verdict.label) for o in found] == [
        ('face_1', 3.5, 'better'),
        ('face_2', 3.5, 'unchanged'),
    ]
    (late,) = reactions.finish()
    assert (late.behaviour, late.reaction.verdict) == ('late', Verdict.UNKNOWN)
    assert late.reaction.reason is not UnknownReason.NONE


def reactions_to(name: str, changes: list[float | None]) -> list[ObservedReaction]:
    return [
        ObservedReaction(
            name,
            'face_1',
            0.0,
            Reaction(reason=UnknownReason.PERSON_LOST)
            if change is None
            else Reaction(Verdict.BETTER, change_valence=change),
        )
        for change in changes
    ]


@pytest.mark.parametrize(
    ('changes', 'mean', 'half'),
    [
        ([], None, None),
        ([0.3], 0.3, None),
        ([None, 0.3], 0.3, None),
        ([None], None, None),
        ([0.1, 0.2, 0.3, 0.4], 0.25, None),
        ([0.1, 0.2, 0.3, 0.4, 0.5], 0.3, 0.1963),  # scipy.stats.t.interval
        ([0.1, 0.2, 0.3, 0.4, 0.5, None], 0.3, 0.1963),
    ],
)
def test_a_mean_has_an_interval_from_five_verdicts_on(changes, mean, half):
    summaries = summarise_behaviours(reactions_to('joke', changes))
    assert len(summaries) == (1 if changes else 0)
    for summary in summaries:
        assert summary.n == len(changes)
        assert summary.known == len(changes) - changes.count(None)
        found = summary.change_valence, (summary.high - summary.low) / 2
        wanted = [float('nan') if value is None else value for value in (mean, half)]
        assert found == pytest.approx(wanted, abs=5e-4, nan_ok=True)


def test_the_best_comes_first_and_the_unknown_last():
    observed = [
        *reactions_to('a', [None]),
        *reactions_to('b', [-0.2]),
        *reactions_to('c', [0.2]),
    ]
    assert [summary.behaviour for summary in summarise_behaviours(observed)] == ['c', 'b', 'a']


def test_behaviours_with_enough_verdicts_are_compared():
    observed = [
        *reactions_to('song', [0.0, 0.1, 0.0, 0.1, 0.0, 0.1, None]),
        *reactions_to('joke', [0.1, 0.2, 0.3, 0.4, 0.5]),
        *reactions_to('bow', [0.1, 0.2, 0.3, 0.4, None]),
    ]
    (pair,) = compare_behaviours(observed)
    assert (pair.behaviour, pair.other, pair.n, pair.other_n) == ('joke', 'song', 5, 6)
    # scipy.stats.ttest_ind(joke, song, equal_var=False).confidence_interval()
    assert (pair.difference, pair.low, pair.high) == pytest.approx(
        (0.25, 0.0585, 0.4415), abs=2e-3
    )


@pytest.mark.parametrize(
    ('freedom', 'quantile'), [(4, 2.7764), (5, 2.5706), (9.5, 2.2440), (30, 2.0423), (1e9, 1.96)]
)
def test_quantiles_of_student_t(freedom, quantile):
    assert student_t_975(freedom) == pytest.approx(quantile, abs=2e-3)


def test_what_rules_begin_and_what_the_robot_said_it_did_are_observed():
    rules = (Rule('cheer', Trigger(('happy',))),)
    began = [(4.0, 'joke'), (4.5, 'joke'), (5.2, 'joke'), (5.3, ''), (9.0, 'joke'), (99.0, 'bow')]
    observer = BehaviourObserver(2.0, rules, begun_behaviours(began, []))
    events = []
    for tick in range(120):
        at_s = tick / 10
        state = person('face_1', 0.6 if at_s >= 5 else 0.0)
        if at_s >= 5:
            state = replace(state, emotion=Emotion.HAPPY, confidence=0.9)
        events += observer.update([state], at_s)
    assert [(e.behaviour, e.at_s) for e in events] == [('cheer', 5.0)]
    assert [(o.behaviour, o.at_s, o.reaction.verdict.label) for o in observer.finish()] == [
        ('joke', 4.0, 'better'),
        ('cheer', 5.0, 'better'),
        ('joke', 9.0, 'unchanged'),
    ]


@pytest.mark.parametrize(
    ('named', 'goals', 'begun'),
    [
        ([], [], []),
        ([(1.0, 'joke')], [], [(1.0, 'joke', '')]),
        ([], [(1.0, 'face_1')], [(1.0, 'observe_reaction', 'face_1')]),
        # the goal is sent just after the name, or before it
        (
            [(1.0, 'joke'), (4.0, 'bow')],
            [(3.9, 'face_2')],
            [(1.0, 'joke', ''), (4.0, 'bow', 'face_2')],
        ),
        (
            [(1.0, 'joke'), (2.0, 'bow')],
            [(1.6, 'face_2')],
            [(1.0, 'joke', ''), (2.0, 'bow', 'face_2')],
        ),
        # two people are observed; a name that is repeated; a goal of something without a name
        (
            [(1.0, 'joke')],
            [(1.2, 'face_2'), (1.1, 'face_1')],
            [(1.0, 'joke', 'face_1'), (1.0, 'joke', 'face_2')],
        ),
        ([(1.0, 'joke'), (1.5, 'joke')], [(1.6, 'face_1')], [(1.0, 'joke', 'face_1')]),
        (
            [(1.0, 'joke')],
            [(3.0, 'face_1')],
            [(1.0, 'joke', ''), (3.0, 'observe_reaction', 'face_1')],
        ),
    ],
)
def test_a_goal_says_for_whom_the_behaviour_began_that_is_nearest(named, goals, begun):
    assert begun_behaviours(named, goals) == begun


def test_a_behaviour_is_observed_for_the_person_of_its_goal_not_for_the_focus():
    began = [BegunBehaviour(1.0, 'joke', 'face_2'), BegunBehaviour(1.0, 'bow')]
    observer = BehaviourObserver(2.0, began=began)
    for tick in range(40):
        observer.update([person('face_1', 0.0), person('face_2', 0.6 * (tick > 12))], tick / 10)
    assert [(o.behaviour, o.person_id, o.reaction.verdict.label) for o in observer.finish()] == [
        ('joke', 'face_2', 'better'),
        ('bow', 'face_1', 'unchanged'),
    ]
