# SPDX-License-Identifier: MIT
"""A session in numbers: one row for what the robot acted on, and one per person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite

from emotion_ros.conversions.state_fields import Fields
from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.core.state import EmotionState

SESSION = 'session'
PERSON = 'person'
GAP_S = 1.0
"""A state counts until the next one, at most this long: a gap in the recording is no time."""

LABELS = (*EMOTIONS, Emotion.UNKNOWN.label)
NUMBERS = (
    *('first_at', 'duration', *(f'time_{label}' for label in LABELS), 'time_actionable'),
    *('valence_mean', 'arousal_mean', 'conflicts', 'conflict_time'),
)


@dataclass
class Totals:
    """Sums over the states of one person, in seconds; means are weighted by time."""

    first_at_s: float
    duration_s: float = 0.0
    by_label_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(LABELS, 0.0))
    actionable_s: float = 0.0
    affect_s: float = 0.0
    valence: float = 0.0
    arousal: float = 0.0
    conflicts: int = 0
    conflict_s: float = 0.0

    def add(self, state: EmotionState, lasted_s: float) -> None:
        """Add a state that was the latest for so long."""
        self.duration_s += lasted_s
        self.by_label_s[state.label] += lasted_s
        self.actionable_s += lasted_s * state.actionable
        self.conflict_s += lasted_s * state.conflict
        if isfinite(state.valence) and isfinite(state.arousal):
            self.affect_s += lasted_s
            self.valence += lasted_s * state.valence
            self.arousal += lasted_s * state.arousal

    def to_fields(self) -> Fields:
        """Return the numbers, with NUMBERS as keys; NaN for a mean over nothing."""
        affect_s = self.affect_s or float('nan')
        times = {f'time_{label}': self.by_label_s[label] for label in LABELS}
        return {
            'first_at': self.first_at_s,
            'duration': self.duration_s,
            **times,
            'time_actionable': self.actionable_s,
            'valence_mean': self.valence / affect_s,
            'arousal_mean': self.arousal / affect_s,
            'conflicts': self.conflicts,
            'conflict_time': self.conflict_s,
        }


class SessionSummary:
    """Takes the publications of a session in the order of time."""

    def __init__(self) -> None:
        self._totals: dict[tuple[str, str], Totals] = {}
        self._last: dict[tuple[str, str], EmotionState] = {}
        self._last_at_s = 0.0

    def add(self, states: Sequence[EmotionState], at_s: float) -> None:
        """Add the states of all people at one time, the focus person first."""
        self.finish(at_s)
        now = {(SESSION, ''): states[0]}
        now |= {(PERSON, state.person_id): state for state in states if state.person_id}
        for key, state in now.items():
            totals = self._totals.setdefault(key, Totals(at_s))
            before = self._last.get(key)
            totals.conflicts += state.conflict and not (before and before.conflict)
        self._last, self._last_at_s = now, at_s

    def finish(self, end_s: float) -> None:
        """Let the latest states last until ``end_s``, at most GAP_S."""
        lasted_s = min(max(end_s - self._last_at_s, 0.0), GAP_S)
        for key, state in self._last.items():
            self._totals[key].add(state, lasted_s)
        self._last_at_s = end_s

    def records(self) -> Iterator[Fields]:
        """Yield ``scope``, ``person_id`` and NUMBERS: the session first, then every person."""
        for (scope, person_id), totals in self._totals.items():
            yield {'scope': scope, 'person_id': person_id, **totals.to_fields()}
