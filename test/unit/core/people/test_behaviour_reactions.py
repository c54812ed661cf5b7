# SPDX-License-Identifier: MIT
"""Reactions to the behaviours in a recording, and their comparison."""

from math import isnan

import pytest

from emotion_ros.core.people.behaviour_reactions import (
    BehaviourReactions,
    ObservedReaction,
    compare_behaviours,
)
from emotion_ros.core.people.reaction import Reaction, UnknownReason, Verdict
from emotion_ros.core.state import EmotionState, Reason, Status


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


@pytest.mark.parametrize(
    ('changes', 'n', 'mean', 'half'),
    [
        ([], 0, None, None),
        ([0.3], 1, 0.3, None),
        ([0.1, 0.3], 2, 0.2, 0.196),
        ([None, 0.3], 2, 0.3, None),
        ([None], 1, None, None),
    ],
)
def test_comparison(changes, n, mean, half):
    observed = [
        ObservedReaction(
            'joke',
            'face_1',
            0.0,
            Reaction(reason=UnknownReason.PERSON_LOST)
            if change is None
            else Reaction(Verdict.BETTER, change_valence=change),
        )
        for change in changes
    ]
    summaries = compare_behaviours(observed)
    assert len(summaries) == (1 if n else 0)
    for summary in summaries:
        assert summary.n == n
        assert (
            isnan(summary.change_valence)
            if mean is None
            else summary.change_valence == (pytest.approx(mean))
        )
        width = summary.high - summary.low
        assert isnan(width) if half is None else width == pytest.approx(2 * half)


def test_the_best_comes_first_and_the_unknown_last():
    def reaction(name: str, change: float | None) -> ObservedReaction:
        found = Reaction() if change is None else Reaction(Verdict.WORSE, change_valence=change)
        return ObservedReaction(name, 'face_1', 0.0, found)

    observed = [reaction('a', None), reaction('b', -0.2), reaction('c', 0.2)]
    assert [summary.behaviour for summary in compare_behaviours(observed)] == ['c', 'b', 'a']
