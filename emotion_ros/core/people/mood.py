# SPDX-License-Identifier: MIT
"""Valence and arousal over minutes, of a person and of all people in view."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, nan
from statistics import fmean, pstdev

from emotion_ros.core.state import EmotionState

MOOD_S = 120.0
TREND_S = 3.0, 9.0
KNOWN_AFTER_S = 10.0
LONGEST_STEP_S = 1.0
"""A longer gap between two states counts as one of this length."""


class _Mean:
    """Exponentially weighted means of valence, arousal and time, without a start value.

    A state weighs as much as the time since the one before, divided by ``e`` for every ``over_s``
    that has passed.
    """

    def __init__(self, over_s: float) -> None:
        self._over_s = over_s
        self._weight = self.valence = self.arousal = self.time_s = 0.0

    def add(self, valence: float, arousal: float, at_s: float, step_s: float) -> None:
        """Add a state that held for ``step_s`` until ``at_s``."""
        kept = exp(-step_s / self._over_s)
        added = 1.0 - kept
        self._weight = kept * self._weight + added
        share = added / self._weight
        self.valence += share * (valence - self.valence)
        self.arousal += share * (arousal - self.arousal)
        self.time_s += share * (at_s - self.time_s)


class Mood:
    """The mood of one person, and how valence changes.

    ``valence`` and ``arousal`` (-1..1) are means over the last MOOD_S, ``valence_trend`` (1/s) is
    the slope between two means over the last seconds. All are NaN before KNOWN_AFTER_S of states.
    ``updated_s`` is the ROS time (s) of the last one.
    """

    def __init__(self) -> None:
        self.valence = self.arousal = self.valence_trend = nan
        self._mood = _Mean(MOOD_S)
        self._short, self._long = _Mean(TREND_S[0]), _Mean(TREND_S[1])
        self._known_s = 0.0
        self._start_s: float | None = None
        self.updated_s = 0.0

    def add(self, valence: float, arousal: float, at_s: float) -> None:
        """Add the valence and arousal that hold at ``at_s``, ROS time in seconds."""
        if self._start_s is None:
            self._start_s = self.updated_s = at_s
        step_s = min(at_s - self.updated_s, LONGEST_STEP_S)
        self.updated_s = max(at_s, self.updated_s)
        if step_s <= 0.0 or not (isfinite(valence) and isfinite(arousal)):
            return
        for mean in (self._mood, self._short, self._long):
            mean.add(valence, arousal, at_s - self._start_s, step_s)
        self._known_s += step_s
        if self._known_s >= KNOWN_AFTER_S:
            self.valence, self.arousal = self._mood.valence, self._mood.arousal
            rise = self._short.valence - self._long.valence
            self.valence_trend = rise / (self._short.time_s - self._long.time_s)


@dataclass(frozen=True)
class GroupMood:
    """Means over the people in view whose valence is estimated, -1..1; NaN without any.

    ``spread`` is the standard deviation of their valence, NaN with fewer than two; ``people``
    counts everybody in view.
    """

    valence: float
    arousal: float
    spread: float
    people: int


def group_mood(states: Sequence[EmotionState]) -> GroupMood:
    """Return what the states of everybody in view have in common, and how far they differ."""
    known = [state for state in states if state.person_id and isfinite(state.valence)]
    valences = [state.valence for state in known]
    return GroupMood(
        valence=fmean(valences) if known else nan,
        arousal=fmean(state.arousal for state in known) if known else nan,
        spread=pstdev(valences) if len(known) > 1 else nan,
        people=sum(bool(state.person_id) for state in states),
    )
