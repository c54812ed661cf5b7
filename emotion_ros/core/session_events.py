# SPDX-License-Identifier: MIT
"""Events of a session: onset and change of an emotion, conflict, loss of a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.state import EmotionState


class EventType(str, Enum):
    """What an event is about; see EventDetector."""

    ONSET = 'onset'
    CHANGE = 'change'
    CONFLICT = 'conflict'
    LOST = 'lost'


@dataclass(frozen=True)
class SessionEvent:
    """An event of one person at ``at_s``, with the state at that time.

    For LOST, the last state before the person was gone.
    """

    type: EventType
    at_s: float
    person_id: str
    state: EmotionState


class EventDetector:
    """Finds the events in states that come in the order of time.

    ONSET: an emotion where there was none; CHANGE: another stable emotion than the last;
    CONFLICT: modalities begin to disagree; LOST: a person is no longer among the states. A state
    without a person (person_id '') cannot be lost.
    """

    def __init__(self) -> None:
        self._last: dict[str, EmotionState] = {}

    def update(self, states: Sequence[EmotionState], at_s: float) -> tuple[SessionEvent, ...]:
        """Return the events between the previous states and these, which are one per person."""
        now = {state.person_id: state for state in states}
        gone = [state for person, state in self._last.items() if person and person not in now]
        found = [SessionEvent(EventType.LOST, at_s, state.person_id, state) for state in gone]
        for person, state in now.items():
            before = self._last.get(person)
            was = before.emotion if before else Emotion.UNKNOWN
            if state.emotion is not Emotion.UNKNOWN and state.emotion is not was:
                type_ = EventType.ONSET if was is Emotion.UNKNOWN else EventType.CHANGE
                found.append(SessionEvent(type_, at_s, person, state))
            if state.conflict and not (before and before.conflict):
                found.append(SessionEvent(EventType.CONFLICT, at_s, person, state))
        self._last = now
        return tuple(found)
