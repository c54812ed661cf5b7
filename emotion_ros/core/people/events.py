# SPDX-License-Identifier: MIT
"""Events of people: they appear, begin and cease to show an emotion, contradict, and leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.core.state import EmotionState, Status

AT_REST = (Emotion.UNKNOWN, Emotion.NEUTRAL)


class EventType(str, Enum):
    """What an event is about; see EventDetector."""

    APPEARED = 'appeared'
    ONSET = 'onset'
    CHANGE = 'change'
    OFFSET = 'offset'
    CONFLICT = 'conflict'
    LOST = 'lost'


@dataclass(frozen=True)
class PersonEvent:
    """An event of one person at ``at_s``, with the state at that time.

    For LOST, the last state before the person was gone. ``ended_s`` is for how long what ended
    had lasted: the emotion that was left, for LOST the presence of the person; else 0.
    """

    type: EventType
    at_s: float
    person_id: str
    state: EmotionState
    from_emotion: Emotion = Emotion.UNKNOWN
    to_emotion: Emotion = Emotion.UNKNOWN
    ended_s: float = 0.0


@dataclass
class _Known:
    """A person's last state, and since when there is the person and the emotion."""

    state: EmotionState
    appeared_s: float
    emotion: Emotion
    since_s: float


class EventDetector:
    """Finds the events in states that come in the order of time.

    APPEARED: a person who was not among the states before; ONSET: an emotion after neutral or
    none; CHANGE: another emotion; OFFSET: neutral or none after an emotion; CONFLICT: modalities
    begin to disagree; LOST: a person is no longer among the states. A state without a person
    (person_id '') neither appears nor is lost. Of who is paused there are no events. A step back
    in time of more than CLOCK_JUMP_S is a new beginning.
    """

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._now_s = float('-inf')

    def update(self, states: Sequence[EmotionState], at_s: float) -> tuple[PersonEvent, ...]:
        """Return the events between the previous states and these, which are one per person."""
        if at_s < self._now_s - CLOCK_JUMP_S:
            self._known = {}
        self._now_s = at_s
        paused = {state.person_id for state in states if state.status is Status.PAUSED}
        now = {state.person_id: state for state in states if state.person_id not in paused}
        found = []
        for person in [p for p in self._known if p not in now]:
            known = self._known.pop(person)
            if person and person not in paused:
                lost = PersonEvent(
                    EventType.LOST,
                    at_s,
                    person,
                    known.state,
                    from_emotion=known.emotion,
                    ended_s=at_s - known.appeared_s,
                )
                found.append(lost)
        for person, state in now.items():
            found += self._compare(person, state, at_s)
        return tuple(found)

    def _compare(self, person: str, state: EmotionState, at_s: float) -> list[PersonEvent]:
        """Return the events of one person, and remember the state."""
        found = []
        known = self._known.get(person)
        if known is None:
            known = self._known[person] = _Known(state, at_s, Emotion.UNKNOWN, at_s)
            had_conflict = False
            if person:
                found.append(PersonEvent(EventType.APPEARED, at_s, person, state))
        else:
            had_conflict, known.state = known.state.conflict, state
        before, after = known.emotion, state.emotion
        if after is not before:
            if before not in AT_REST or after not in AT_REST:
                if before in AT_REST:
                    kind = EventType.ONSET
                else:
                    kind = EventType.OFFSET if after in AT_REST else EventType.CHANGE
                lasted_s = at_s - known.since_s
                found.append(PersonEvent(kind, at_s, person, state, before, after, lasted_s))
            known.emotion, known.since_s = after, at_s
        if state.conflict and not had_conflict:
            conflict = PersonEvent(EventType.CONFLICT, at_s, person, state, after, after)
            found.append(conflict)
        return found
