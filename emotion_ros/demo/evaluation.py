# SPDX-License-Identifier: MIT
"""Evaluation of published states against the expectations of a storyboard.

An expectation is met when the states *settle* between the cue and its deadline: HELD_STATES in a
row have the expected fields, and from there to the deadline at least HELD_SHARE of all do. What
comes too late or does not last is missed. The share allows for one late frame on a busy machine,
which makes a state HOLDING for a moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from emotion_ros.core.state import EmotionState
from emotion_ros.demo.storyboard import Cue, Expectation, Storyboard

HELD_STATES = 3
HELD_SHARE = 0.7


class Outcome(Enum):
    """Whether an expectation is met; PENDING until its deadline has passed."""

    PENDING = 'pending'
    MET = 'met'
    MISSED = 'missed'


@dataclass(frozen=True)
class TimedState:
    """A state received ``at_s`` seconds after the start of the story."""

    at_s: float
    state: EmotionState


@dataclass(frozen=True)
class ExpectationResult:
    """The result of one cue's expectation.

    ``settled_after_s`` is the time from the cue to the first of the settled states, None when
    they have not settled; ``last`` is the last state before the deadline, None when there was
    none.
    """

    cue: Cue
    expect: Expectation
    outcome: Outcome
    settled_after_s: float | None
    last: EmotionState | None


def evaluate(
    storyboard: Storyboard, states: Sequence[TimedState], now_s: float
) -> tuple[ExpectationResult, ...]:
    """Evaluate every expectation at ``now_s`` on the states received so far, in time order."""
    results = []
    for cue in storyboard.cues:
        if cue.expect is None:
            continue
        deadline_s = cue.at_s + cue.expect.within_s
        window = [s for s in states if cue.at_s <= s.at_s <= deadline_s]
        settled = settled_states(cue.expect, window)
        outcome = Outcome.MET if settled else Outcome.MISSED
        result = ExpectationResult(
            cue=cue,
            expect=cue.expect,
            outcome=outcome if now_s > deadline_s else Outcome.PENDING,
            settled_after_s=settled[0].at_s - cue.at_s if settled else None,
            last=window[-1].state if window else None,
        )
        results.append(result)
    return tuple(results)


def settled_states(expect: Expectation, window: Sequence[TimedState]) -> Sequence[TimedState]:
    """Return the states from the first settled one on; none when they have not settled."""
    holds = [expect.holds(s.state) for s in window]
    for start in range(len(holds) - HELD_STATES + 1):
        if all(holds[start : start + HELD_STATES]):
            lasted = sum(holds[start:]) >= HELD_SHARE * len(holds[start:])
            return window[start:] if lasted else ()
    return ()
