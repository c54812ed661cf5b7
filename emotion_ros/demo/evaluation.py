# SPDX-License-Identifier: MIT
"""Whether the published states are those that a storyboard expects.

An expectation is met when the states have *settled* between the cue and its deadline: HELD_STATES
in a row have the expected fields, and from there to the deadline at least HELD_SHARE of all do.
What comes too late or does not last is a miss. The share forgives one late frame on a busy
machine, which makes a state HOLDING for a moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from emotion_ros.core.state import EmotionState
from emotion_ros.demo.storyboard import Cue, Expectation, Storyboard

HELD_STATES = 3
HELD_SHARE = 0.7


class Verdict(Enum):
    """How an expectation stands; OPEN until its deadline has passed."""

    OPEN = 'open'
    MET = 'met'
    MISSED = 'missed'


@dataclass(frozen=True)
class Sighting:
    """A state and when it was seen, in seconds from the start of the story."""

    at_s: float
    state: EmotionState


@dataclass(frozen=True)
class Outcome:
    """What came of one cue's expectation.

    ``settled_after_s`` is when, after the cue, the run of expected states began (None: they have
    not settled); ``last`` is the last state before the deadline, None when there was none.
    """

    cue: Cue
    expect: Expectation
    verdict: Verdict
    settled_after_s: float | None
    last: EmotionState | None


def judge(storyboard: Storyboard, seen: Sequence[Sighting], now_s: float) -> tuple[Outcome, ...]:
    """Judge every expectation at ``now_s`` by the states seen so far, in the order of time."""
    expecting = [(cue, cue.expect) for cue in storyboard.cues if cue.expect is not None]
    return tuple(_judge_cue(cue, expect, seen, now_s) for cue, expect in expecting)


def _judge_cue(cue: Cue, expect: Expectation, seen: Sequence[Sighting], now_s: float) -> Outcome:
    deadline_s = cue.at_s + expect.within_s
    window = [s for s in seen if cue.at_s <= s.at_s <= deadline_s]
    held = _held(expect, window)
    settled = bool(held)
    verdict = Verdict.MET if settled else Verdict.MISSED
    return Outcome(
        cue=cue,
        expect=expect,
        verdict=verdict if now_s > deadline_s else Verdict.OPEN,
        settled_after_s=held[0].at_s - cue.at_s if settled else None,
        last=window[-1].state if window else None,
    )


def _held(expect: Expectation, window: Sequence[Sighting]) -> Sequence[Sighting]:
    """Return the states from the first settled one on, or none when they have not settled."""
    holds = [expect.holds(s.state) for s in window]
    for start in range(len(holds) - HELD_STATES + 1):
        if all(holds[start : start + HELD_STATES]):
            lasted = sum(holds[start:]) >= HELD_SHARE * len(holds[start:])
            return window[start:] if lasted else ()
    return ()
