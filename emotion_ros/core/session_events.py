# SPDX-License-Identifier: MIT
"""The turning points of a session: who showed what first, what changed, conflicts, who left."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.state import EmotionState


class Kind(str, Enum):
    """What happened."""

    ONSET = 'onset'
    CHANGE = 'change'
    CONFLICT = 'conflict'
    LOST = 'lost'


@dataclass(frozen=True)
class Happening:
    """Something that happened to one person at ``at_s``, with the state of that moment.

    For LOST, the last state before the person was gone.
    """

    kind: Kind
    at_s: float
    person_id: str
    state: EmotionState


class Chronicle:
    """Finds the happenings in states that come in the order of time.

    ONSET: an emotion where there was none; CHANGE: another stable emotion than the last;
    CONFLICT: modalities begin to disagree; LOST: a person is no longer among the states. What
    is said by nobody in particular (person_id '') cannot be lost.
    """

    def __init__(self) -> None:
        self._last: dict[str, EmotionState] = {}

    def update(self, states: Sequence[EmotionState], at_s: float) -> tuple[Happening, ...]:
        """Return what happened between the states before and these, one for each person."""
        now = {state.person_id: state for state in states}
        gone = [state for person, state in self._last.items() if person and person not in now]
        found = [Happening(Kind.LOST, at_s, state.person_id, state) for state in gone]
        for state in now.values():
            kinds = _kinds(self._last.get(state.person_id), state)
            found += [Happening(kind, at_s, state.person_id, state) for kind in kinds]
        self._last = now
        return tuple(found)


def _kinds(before: EmotionState | None, after: EmotionState) -> list[Kind]:
    kinds = []
    was = before.emotion if before else Emotion.UNKNOWN
    if after.emotion is not Emotion.UNKNOWN and after.emotion is not was:
        kinds.append(Kind.ONSET if was is Emotion.UNKNOWN else Kind.CHANGE)
    if after.conflict and not (before and before.conflict):
        kinds.append(Kind.CONFLICT)
    return kinds
