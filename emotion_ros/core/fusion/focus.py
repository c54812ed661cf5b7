# SPDX-License-Identifier: MIT
"""Whom the robot means when it says "the person"."""

from collections.abc import Sequence
from dataclasses import dataclass

FOCUS_RULES = ('largest', 'central', 'longest', 'id')
FOCUS_HYSTERESIS = 1.25


@dataclass(frozen=True)
class Candidate:
    """A face in view: normalised box (x1, y1, x2, y2 in 0..1) and when it was first seen (s)."""

    person_id: str
    box_xyxy: tuple[float, float, float, float]
    since_s: float


def focus_score(rule: str, focus_id: str, face: Candidate, now_s: float) -> float:
    """Return how much the rule wants this face, > 0; the largest score wins."""
    x1, y1, x2, y2 = face.box_xyxy
    if rule == 'largest':
        return max(x2 - x1, 0.0) * max(y2 - y1, 0.0) + 1e-6
    if rule == 'central':
        return 1.0 / (abs((x1 + x2) / 2 - 0.5) + abs((y1 + y2) / 2 - 0.5) + 0.05)
    if rule == 'longest':
        return max(now_s - face.since_s, 0.0) + 1e-3  # a camera's clock may be ahead
    return 1.0 if face.person_id == focus_id else 0.0


class FocusSelector:
    """Chooses the focus person; another one must be clearly better to take over."""

    def __init__(self, rule: str, focus_id: str = '') -> None:
        self.rule = rule
        self.focus_id = focus_id
        self._current = ''

    def select(self, faces: Sequence[Candidate], now_s: float) -> str:
        """Return the person_id of the focus person, or '' when there is none."""
        scores = {f.person_id: focus_score(self.rule, self.focus_id, f, now_s) for f in faces}
        scores = {person: score for person, score in scores.items() if score > 0.0}
        if not scores:
            self._current = ''
            return ''
        best = max(scores, key=lambda person: (scores[person], person))
        kept = scores.get(self._current)
        if kept is None or scores[best] > FOCUS_HYSTERESIS * kept:
            self._current = best
        return self._current
