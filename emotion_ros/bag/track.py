# SPDX-License-Identifier: MIT
"""Track: the states of one person over a session, in bounded memory."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, nan

from emotion_ros.core.state import EmotionState, WeighedEvidence
from emotion_ros.core.voice.results import VoiceResults, find_voice

MAX_GAP_S = 3.0
"""A state counts until the next one, unless that comes later than this (recordings at 1 Hz do)."""

MOST_POINTS = 600
SHORTEST_STEP_S = 0.05
REMEMBERED = 8  # pieces of evidence of a modality that may be in a state at the same time


@dataclass(slots=True)
class Run:
    """A time (s) in which nothing but numbers changed."""

    from_s: float
    to_s: float
    label: str
    status: str
    conflict: bool
    actionable: bool
    person_id: str

    @property
    def duration_s(self) -> float:
        """How long it lasted."""
        return self.to_s - self.from_s


class Curve:
    """Means of a value over steps of time, whose length doubles when they are MOST_POINTS."""

    def __init__(self) -> None:
        self.step_s = SHORTEST_STEP_S
        self._sums: dict[int, tuple[float, int]] = {}

    def add(self, value: float, at_s: float) -> None:
        """Add a value; NaN is left out."""
        if not isfinite(value):
            return
        self._add(int(at_s / self.step_s), value, 1)
        while len(self._sums) > MOST_POINTS:
            self.step_s *= 2
            steps, self._sums = self._sums, {}
            for step, (total, count) in steps.items():
                self._add(step // 2, total, count)

    def points(self) -> Iterator[tuple[float, float]]:
        """Yield the middle of every step that has values (s) and their mean."""
        for step, (total, count) in self._sums.items():
            yield (step + 0.5) * self.step_s, total / count

    def _add(self, step: int, total: float, count: int) -> None:
        total_before, count_before = self._sums.get(step, (0.0, 0))
        self._sums[step] = total_before + total, count_before + count


class EvidenceCounts:
    """Pieces of evidence by modality and rejection ('' when used in any state).

    A piece is in many states, and is known by its stamp: one that was used and grew old is used.
    """

    def __init__(self) -> None:
        self.results: Counter[tuple[str, str]] = Counter()
        self._latest: dict[tuple[str, str], dict[float, str]] = {}

    @property
    def rejected(self) -> int:
        """Number of pieces that were never used."""
        return sum(count for (_, reason), count in self.results.items() if reason)

    def add(self, weighed: WeighedEvidence) -> None:
        """Count a piece if it is new, or used for the first time."""
        evidence, reason = weighed.evidence, weighed.rejection.value
        pieces = self._latest.setdefault((evidence.modality, evidence.person_id), {})
        before = pieces.get(evidence.stamp_s)
        if before is None or (before and not reason):
            self.results[evidence.modality, reason] += 1
            if before:
                self.results[evidence.modality, before] -= 1
            pieces[evidence.stamp_s] = reason
            if len(pieces) > REMEMBERED:
                del pieces[next(iter(pieces))]


class Track:
    """States over time: runs, curves, and figures weighted by time; times are in seconds.

    ``curves`` are by name: ``confidence``, ``valence``, ``arousal`` and ``weight.<modality>`` of
    the used evidence.
    """

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.curves: dict[str, Curve] = {}
        self.evidence = EvidenceCounts()
        self.voice = VoiceResults()
        self.conflicts = 0
        self._last: EmotionState | None = None
        self._key: tuple[str, str, bool, bool, str] | None = None
        self._sums: dict[str, tuple[float, float]] = {}

    def add(self, state: EmotionState, at_s: float) -> None:
        """Add the next state."""
        last = self.runs[-1] if self.runs else None
        status = state.status.name.lower()
        key = (state.label, status, state.conflict, state.actionable, state.person_id)
        if last and self._last and at_s - last.to_s <= MAX_GAP_S:  # it counts until now
            held_s, last.to_s = at_s - last.to_s, at_s
            self.voice.time_s += held_s * (find_voice(self._last) is not None)
            for name in ('valence', 'arousal'):
                value = getattr(self._last, name)
                if isfinite(value):
                    total, time_s = self._sums.get(name, (0.0, 0.0))
                    self._sums[name] = total + value * held_s, time_s + held_s
        self.conflicts += state.conflict and not (self._last and self._last.conflict)
        if not last or at_s != last.to_s or key != self._key:
            self.runs.append(Run(at_s, at_s, *key))
        self.voice.add(state)
        values = {
            'confidence': state.confidence,
            'valence': state.valence,
            'arousal': state.arousal,
            **{f'weight.{w.evidence.modality}': w.weight for w in state.evidence if w.used},
        }
        for name, value in values.items():
            self.curves.setdefault(name, Curve()).add(value, at_s)
        for weighed in state.evidence:
            if weighed.evidence.person_id in ('', state.person_id):
                self.evidence.add(weighed)
        self._last, self._key = state, key

    @property
    def time_s(self) -> float:
        """For how long there were states."""
        return sum(run.duration_s for run in self.runs)

    @property
    def times_s(self) -> dict[str, float]:
        """For how long each label was held, the longest first."""
        held: dict[str, float] = {}
        for run in self.runs:
            held[run.label] = held.get(run.label, 0.0) + run.duration_s
        return dict(sorted(held.items(), key=lambda item: -item[1]))

    def mean(self, name: str) -> float:
        """Return the mean of ``valence`` or ``arousal`` over time; NaN when it was never known."""
        total, time_s = self._sums.get(name, (0.0, 0.0))
        return total / time_s if time_s else nan
