"""Whether the published states are those that a storyboard expects.

An expectation is met when the states have *settled*: the last HELD_STATES or more of those seen
between the cue and its deadline all have the expected fields. What comes too late, or was right
and did not last until the deadline, is a miss; so are states that agree only in passing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from emotion_ros.core.state import EmotionState
from emotion_ros.core.storyboard import Cue, Expectation, Storyboard

HELD_STATES = 3


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
    run = _final_run(expect, window)
    settled = len(run) >= HELD_STATES
    verdict = Verdict.MET if settled else Verdict.MISSED
    return Outcome(
        cue=cue,
        expect=expect,
        verdict=verdict if now_s > deadline_s else Verdict.OPEN,
        settled_after_s=run[0].at_s - cue.at_s if settled else None,
        last=window[-1].state if window else None,
    )


def _final_run(expect: Expectation, window: Sequence[Sighting]) -> Sequence[Sighting]:
    start = len(window)
    while start and expect.holds(window[start - 1].state):
        start -= 1
    return window[start:]
