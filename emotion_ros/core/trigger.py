# SPDX-License-Identifier: MIT
"""When a controller should act: an actionable emotion that has lasted.

One definition for the live listener and for the simulator that goes through a bag.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.core.state import EmotionState
from emotion_ros.errors import ConfigError

NEVER_S = float('-inf')
SILENCE_S = 1.0


@dataclass(frozen=True)
class Trigger:
    """What must hold, and for how long, before an episode begins; times in seconds.

    ``emotions`` are lower-case labels of which any will do (none: every emotion). The state must
    have been actionable, about one person and at least this ``confidence`` for ``for_s``;
    interruptions up to ``gap_s`` are bridged; no state at all for SILENCE_S is one. After an
    episode ``cooldown_s`` must pass before the next one begins. A bad value is a ConfigError.
    """

    emotions: tuple[str, ...] = ()
    for_s: float = 0.0
    confidence: float = 0.0
    gap_s: float = 0.5
    cooldown_s: float = 0.0

    def __post_init__(self) -> None:
        """Check labels and ranges."""
        for label in self.emotions:
            if label not in EMOTIONS:
                raise ConfigError(f'emotion: {label!r} is not one of {", ".join(EMOTIONS)}')
        for name in ('for_s', 'gap_s', 'cooldown_s'):
            value = getattr(self, name)
            if not 0.0 <= value < float('inf'):
                raise ConfigError(f'{name}: {value!r} is not a duration in seconds, >= 0')
        if not 0.0 <= self.confidence <= 1.0:
            raise ConfigError(f'confidence: {self.confidence!r} is not in 0..1')

    def holds(self, state: EmotionState) -> bool:
        """Return whether this one state meets the condition."""
        wanted = not self.emotions or state.label in self.emotions
        return state.actionable and wanted and state.confidence >= self.confidence


class Transition(Enum):
    """What one state changes: an episode begins, ends, or neither."""

    NONE = 'none'
    BEGAN = 'began'
    ENDED = 'ended'


class TriggerMonitor:
    """Applies one trigger to successive states: one beginning and one end per episode."""

    def __init__(self, trigger: Trigger) -> None:
        self.trigger = trigger
        self._person_id: str | None = None
        self._since_s = self._last_s = self._rest_until_s = self._now_s = NEVER_S
        self._is_on = False

    def update(
        self, state: EmotionState | None, now_s: float, *, missed: bool = False
    ) -> Transition:
        """Return what a state, or None when none arrives, changes at ``now_s`` (seconds).

        ``missed`` says that the receiver was busy and may have lost the states before this one:
        the time without them is no interruption. Time that goes back by more than CLOCK_JUMP_S
        ends the episode and forgets the cooldown.
        """
        if state is not None and now_s < self._now_s - CLOCK_JUMP_S:
            self._now_s = self._rest_until_s = NEVER_S
            if self._person_id is not None:
                return self._end(NEVER_S)
        now_s = max(now_s, self._now_s)
        if state is not None:
            self._now_s = now_s  # the time of a silence is an estimate
        if missed:
            self._last_s = now_s
        held = state if state is not None and self.trigger.holds(state) else None
        waited_s = now_s - self._last_s
        if held is None:
            goes_on = waited_s <= self.trigger.gap_s
        else:
            longest_s = max(self.trigger.gap_s, SILENCE_S)
            goes_on = held.person_id == self._person_id and waited_s <= longest_s
        if self._person_id is not None and not goes_on:
            return self._end(now_s)
        if held is None:
            return Transition.NONE
        if self._person_id is None:
            self._person_id, self._since_s = held.person_id, now_s
        self._last_s = now_s
        has_lasted = now_s - self._since_s >= self.trigger.for_s
        if self._is_on or not has_lasted or now_s < self._rest_until_s:
            return Transition.NONE
        self._is_on = True
        return Transition.BEGAN

    def _end(self, now_s: float) -> Transition:
        was_on, self._is_on = self._is_on, False
        self._person_id, self._last_s = None, NEVER_S
        if not was_on:
            return Transition.NONE
        self._rest_until_s = now_s + self.trigger.cooldown_s
        return Transition.ENDED


@dataclass(frozen=True)
class Rule:
    """A behaviour of the robot and what triggers it."""

    behaviour: str
    trigger: Trigger


@dataclass(frozen=True)
class Event:
    """A behaviour began or ended at ``at_s``, with the state of that moment."""

    behaviour: str
    transition: Transition
    at_s: float
    state: EmotionState


class Policy:
    """Several rules, each with separate episodes."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._monitors = tuple((rule.behaviour, TriggerMonitor(rule.trigger)) for rule in rules)

    def update(self, state: EmotionState, now_s: float) -> tuple[Event, ...]:
        """Return which behaviours begin or end with a state at ``now_s``."""
        changes = [(name, monitor.update(state, now_s)) for name, monitor in self._monitors]
        return tuple(Event(n, t, now_s, state) for n, t in changes if t is not Transition.NONE)
