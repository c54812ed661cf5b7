# SPDX-License-Identifier: MIT
"""A session: the states, words and counts of a bag that a report shows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from emotion_ros.conversions.state_fields import Fields
from emotion_ros.core.observations import FacesObservation, SourceStatus
from emotion_ros.core.session_events import EventDetector, SessionEvent
from emotion_ros.core.state import EmotionState
from emotion_ros.view.chart_sample import differs, sample
from emotion_ros.view.transcript import Transcript

MOST_SAMPLES = 1500
FOCUS = 'focus'


@dataclass(frozen=True)
class Snapshot:
    """A camera picture (JPEG) near ``at_s``; the caption names the event."""

    at_s: float
    caption: str
    jpeg: bytes


class Track:
    """Samples over time: both sides of every change, otherwise one per ``step_s``."""

    def __init__(self, step_s: float) -> None:
        self.samples: list[Fields] = []
        self._step_s = step_s
        self._last: Fields | None = None

    def add(self, new: Fields) -> None:
        """Add the next sample."""
        last, self._last = self._last, new
        if last is not None and differs(last, new):
            self._keep(last)
            self._keep(new)
        elif not self.samples or new['t'] - self.samples[-1]['t'] >= self._step_s:
            self._keep(new)

    def _keep(self, sample: Fields) -> None:
        if not self.samples or self.samples[-1] is not sample:
            self.samples.append(sample)


@dataclass
class Session:
    """What the report shows; times are seconds from the beginning.

    ``notes`` and ``failure``, what is wrong with the recording, are for the command line.
    """

    title: str
    source: str
    duration_s: float
    transcript: Transcript = field(default_factory=lambda: Transcript(None))
    events: list[SessionEvent] = field(default_factory=list)
    rejects: Counter[tuple[str, str]] = field(default_factory=Counter)
    latencies_s: list[float] = field(default_factory=list)
    qualities: dict[str, list[float]] = field(default_factory=dict)
    snapshots: list[Snapshot] = field(default_factory=list)
    states: int = 0
    frames: int = 0
    inferences_s: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failure: str = ''

    def __post_init__(self) -> None:
        self.step_s = self.duration_s / MOST_SAMPLES
        self.tracks: dict[str, Track] = {FOCUS: Track(self.step_s)}
        self._event_detector = EventDetector()
        self._last_rejected_s: dict[tuple[str, str, str], float] = {}

    def add_states(self, states: Sequence[EmotionState], at_s: float) -> None:
        """Add the states of all people at one time, the focus person first."""
        self.states += 1
        self.tracks[FOCUS].add(sample(states[0], at_s))
        for state in states:
            if state.person_id:
                track = self.tracks.setdefault(state.person_id, Track(self.step_s))
                track.add(sample(state, at_s))
            for weighed in state.evidence:  # the same piece in many states counts once
                evidence, reason = weighed.evidence, weighed.rejection.value
                key = (state.person_id, evidence.modality, reason)
                if not weighed.used and self._last_rejected_s.get(key) != evidence.stamp_s:
                    self._last_rejected_s[key] = evidence.stamp_s
                    self.rejects[evidence.modality, reason] += 1
        self.events += self._event_detector.update(states, at_s)

    def add_faces(self, faces: FacesObservation, reason: str) -> None:
        """Add the faces of one image, or the reason why there are none."""
        if faces.status is not SourceStatus.OK:
            self.rejects['face', reason or faces.status.name.lower()] += 1
            return
        self.frames += 1
        for face in faces.faces:
            self.qualities.setdefault(face.person_id, []).append(face.quality)
