# SPDX-License-Identifier: MIT
"""A session: the states, words and counts of a bag that a report shows."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from emotion_ros.bag.track import EvidenceCounts, Track
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import VOICE
from emotion_ros.core.observations import FacesObservation, SourceStatus, decide
from emotion_ros.core.people.behaviour_reactions import BehaviourObserver
from emotion_ros.core.people.events import EventDetector, EventType, PersonEvent
from emotion_ros.core.state import EmotionState
from emotion_ros.view.transcript import Transcript


@dataclass(frozen=True)
class Snapshot:
    """A camera picture (JPEG) at ``at_s``, and the events that it shows."""

    at_s: float
    events: tuple[PersonEvent, ...]
    jpeg: bytes


@dataclass(frozen=True)
class VoiceResult:
    """The emotion of a segment of speech, as it first counted at ``at_s``."""

    at_s: float
    person_id: str
    emotion: Emotion
    confidence: float


@dataclass
class Session:
    """What the report shows; times are seconds from the beginning, ``start_ns`` in ROS time.

    ``is_replay`` says that the states were computed from a recording, not recorded.
    ``rejects`` are by source and reason, ``received`` by source as far as it is known.
    ``provenance`` has names and values. ``notes`` and ``failure``, what is wrong with the
    recording, are for the command line.
    """

    title: str
    start_ns: int
    duration_s: float
    is_replay: bool = False
    provenance: Mapping[str, str] = field(default_factory=dict)
    transcript: Transcript = field(default_factory=lambda: Transcript(None))
    events: list[PersonEvent] = field(default_factory=list)
    focus: Track = field(default_factory=Track)
    people: dict[str, Track] = field(default_factory=dict)
    evidence: EvidenceCounts = field(default_factory=EvidenceCounts)
    rejects: Counter[tuple[str, str]] = field(default_factory=Counter)
    received: dict[str, int] = field(default_factory=dict)
    latencies_s: list[float] = field(default_factory=list)
    qualities: dict[str, 'array[float]'] = field(default_factory=dict)
    snapshots: list[Snapshot] = field(default_factory=list)
    voices: list[VoiceResult] = field(default_factory=list)
    behaviours: BehaviourObserver | None = None
    states: int = 0
    frames: int = 0
    inferences_s: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failure: str = ''

    def __post_init__(self) -> None:
        self._event_detector = EventDetector()
        self._voice_stamp_s = float('-inf')

    def add_states(self, states: Sequence[EmotionState], at_s: float) -> None:
        """Add the states of all people at one time, the focus person first."""
        self.states += 1
        self.focus.add(states[0], at_s)
        for state in states:
            if state.person_id:
                self.people.setdefault(state.person_id, Track()).add(state, at_s)
            for weighed in state.evidence:
                self.evidence.add(weighed)
                evidence = weighed.evidence
                is_new = evidence.stamp_s > self._voice_stamp_s
                if evidence.modality == VOICE and weighed.used and is_new:
                    self._voice_stamp_s = evidence.stamp_s
                    decision = decide(evidence.probabilities)
                    self.voices.append(VoiceResult(at_s, evidence.person_id, *decision))
        found = self._event_detector.update(states, at_s)
        self.events += [event for event in found if event.type is not EventType.APPEARED]
        if self.behaviours is not None:
            self.behaviours.update(states, at_s)

    def add_faces(self, faces: FacesObservation, reason: str) -> None:
        """Add the faces of one image, or the reason why there are none."""
        self.received['images'] = self.received.get('images', 0) + 1
        if faces.status is not SourceStatus.OK:
            self.rejects['images', reason or faces.status.name.lower()] += 1
            return
        self.frames += 1
        for face in faces.faces:
            self.qualities.setdefault(face.person_id, array('f')).append(face.quality)

    def lasted_s(self, event: PersonEvent) -> float:
        """Return for how long an emotion was held, or a conflict lasted; 0 for a loss."""
        runs = self.people.get(event.person_id, self.focus).runs
        end_s, is_conflict = event.at_s, event.type is EventType.CONFLICT
        if event.type is EventType.LOST:
            return 0.0
        for i in range(bisect_left(runs, end_s, key=lambda run: run.from_s), len(runs)):
            run = runs[i]
            is_same = run.conflict if is_conflict else run.label == event.state.label
            if run.from_s > end_s or not is_same:
                break
            end_s = run.to_s
        return end_s - event.at_s
