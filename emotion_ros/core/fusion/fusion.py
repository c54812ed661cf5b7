# SPDX-License-Identifier: MIT
"""From observations to the state of every person in view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from emotion_ros.core.evidence import (
    FACE,
    MAX_FUTURE_S,
    TEXT,
    VOICE,
    Evidence,
    Rejection,
    is_distribution,
)
from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.fusion.config import NO_ONE, FusionConfig, ModalityConfig
from emotion_ros.core.fusion.conflict import ConflictTimer, agreement, contradict
from emotion_ros.core.fusion.evidence_buffer import EvidenceBuffer
from emotion_ros.core.fusion.hysteresis import Decision, LabelHysteresis
from emotion_ros.core.fusion.opinion_pool import pool
from emotion_ros.core.fusion.people_in_view import FOUND_AGAIN_S, PeopleInView, ReportedStatus
from emotion_ros.core.fusion.summary import blend_valence, summarise
from emotion_ros.core.fusion.temporal_filter import Filter, make_filter
from emotion_ros.core.fusion.weighting import NO_PERSON, EvidenceWeighting
from emotion_ros.core.observations import (
    FaceObservation,
    FacesObservation,
    SourceStatus,
    TextObservation,
)
from emotion_ros.core.people.context_sentence import place_of
from emotion_ros.core.people.mood import Mood
from emotion_ros.core.people.privacy import MODES, PrivacyKeeper, PrivacyMode
from emotion_ros.core.people.resting_face import RestingFace
from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence
from emotion_ros.core.valence_arousal import valence_arousal

Observation = FacesObservation | TextObservation | Evidence

SPOKEN = (TEXT, VOICE)

_IDLE = {
    Status.HOLDING: (Reason.STALE, 'Nothing usable about this person'),
    Status.NO_PERSON: (Reason.NO_PERSON, 'Nobody in view'),
    Status.NO_INPUT: (Reason.NO_INPUT, 'No input'),
    Status.DISABLED: (Reason.DISABLED, 'Disabled'),
    Status.PAUSED: (Reason.PAUSED, ''),
}


@dataclass
class _PersonMemory:
    """What is kept about one person from one evaluation to the next."""

    filter: Filter
    label: LabelHysteresis
    conflict: ConflictTimer
    updated_s: float


class Fusion:
    """Fuses observations into one EmotionState per person.

    Time is ROS time in seconds and always an argument; a step back of more than CLOCK_JUMP_S
    clears everything. The ``add_*`` methods return why the input is rejected, or
    ``Rejection.NONE``; bad values raise nothing.
    """

    _memories: dict[str, _PersonMemory]
    _moods: dict[str, Mood]
    _resting: dict[str, RestingFace]
    _not_analysed: set[str]
    _now_s: float
    _stamp_s: float

    def __init__(
        self,
        config: FusionConfig,
        card: FusionCard,
        modalities: Mapping[str, ModalityConfig] | None = None,
        privacy: PrivacyKeeper | None = None,
    ) -> None:
        self.enabled = True
        self._config = config
        self._card = card
        self._prior = np.asarray(card.prior, dtype=np.float64)
        self._weighting = EvidenceWeighting(config, card, modalities or {})
        self.privacy = privacy or PrivacyKeeper(MODES[config.privacy], config.privacy_hold)
        self._clear()

    def configure(self, config: FusionConfig) -> None:
        """Use changed options from now on; nothing is forgotten."""
        self._config = config
        self._weighting.configure(config)
        self._people.configure(config.focus_rule, config.focus_id, config.vision_timeout)

    def add(self, observation: Observation, now_s: float) -> Rejection:
        """Add an observation of any kind."""
        if isinstance(observation, FacesObservation):
            return self.add_faces(observation, now_s)
        if isinstance(observation, TextObservation):
            return self.add_text(observation, now_s)
        return self.add_evidence(observation, now_s)

    def add_faces(self, faces: FacesObservation, now_s: float) -> Rejection:
        """Add one processed frame; an empty one says that nobody is in view."""
        self._advance_time(now_s)
        rejection = self._people.update(faces, now_s)
        if rejection:
            return rejection
        if faces.status is not SourceStatus.OK:
            self._buffer.drop(FACE)
            return Rejection.NONE
        if self._people.successors:
            self._buffer.reassign(self._people.successors)
            for lost, person in self._people.successors.items():
                if mood := self._moods.pop(lost, None):
                    self._moods[person] = mood
        people = [face.person_id for face in faces.faces]
        self.privacy.update(people, faces.stamp_s)
        self._not_analysed = {f.person_id for f in faces.faces if f.is_withheld}
        paused = self.privacy.paused(people) | self._not_analysed
        analysed = [face for face in faces.faces if face.person_id not in paused]
        if self._config.resting_face:
            analysed = [self._without_baseline(face, faces.stamp_s) for face in analysed]
        evidence = [face.to_evidence(faces.stamp_s, faces.source) for face in analysed]
        rejections = [self._store(e, e.person_id, now_s) for e in evidence]
        return next((r for r in rejections if r), Rejection.NONE)

    def add_text(self, text: TextObservation, now_s: float) -> Rejection:
        """Add one utterance; without a person_id it is assigned to the focus person."""
        self._advance_time(now_s)
        self._text_status.update(text.status, now_s)
        if text.status is not SourceStatus.OK:
            self._buffer.drop(TEXT)
            return Rejection.NONE
        if text.rejection is Rejection.OPT_OUT:
            is_alive = self._people.camera_is_alive(now_s)
            self.privacy.pause_speaker(text.person_id, now_s, is_alive)
            return Rejection.OPT_OUT
        if text.is_status_only:
            return Rejection.NONE
        return self.add_evidence(text.to_evidence(self._card.sentiment_given_emotion), now_s)

    def add_evidence(self, evidence: Evidence, now_s: float) -> Rejection:
        """Add evidence of any modality; without a person_id it is the focus person's.

        With several people in view, words and voices without one are no person's, unless option
        ``unbound_speech`` says otherwise.
        """
        self._advance_time(now_s)
        stated_person = evidence.person_id
        if not self._consented(evidence):
            return Rejection.PAUSED
        if not stated_person:
            people = self._people.select(now_s) or [NO_PERSON]
            is_unbound = evidence.modality in SPOKEN and self._config.unbound_speech == NO_ONE
            if is_unbound and self._people.count > 1:
                rejection = evidence.rejection or Rejection.WRONG_PERSON
                evidence = replace(evidence, rejection=rejection)
            else:
                evidence = evidence.assigned_to(people[0])
        return self._store(evidence, stated_person, now_s)

    def states(self, now_s: float) -> tuple[EmotionState, ...]:
        """Return the state of every person in view at ``now_s``, the focus person's first.

        Without a focus person the first state has the person_id ''.
        """
        self._advance_time(now_s)
        statuses = {s.current(now_s) for s in (self._people.camera_status, self._text_status)}
        no_source = statuses == {SourceStatus.DISABLED} and not self._buffer.contents()
        if no_source or not self.enabled:
            self._memories = {}
            return (self._idle_state(Status.DISABLED, NO_PERSON, (), now_s),)
        self._buffer.expire(now_s)
        people = self._people.select(now_s) or [NO_PERSON]
        self._memories = {p: memory for p, memory in self._memories.items() if p in people}
        self._moods = {
            person: mood
            for person, mood in self._moods.items()
            if person in people or now_s - mood.updated_s < FOUND_AGAIN_S
        }
        self._resting = {p: face for p, face in self._resting.items() if p in people}
        if not self._people.camera_is_alive(now_s):
            self.privacy.update((), now_s)
        if self.privacy.is_restricted:
            self._buffer.keep(self._consented)
        return tuple(self._state(person, people, now_s) for person in people)

    def place(self, person_id: str) -> str:
        """Return where a person is in the image, among the others: see ``place_of``."""
        return place_of(self._people.box(person_id), self._people.count)

    def _state(self, person: str, people: Sequence[str], now_s: float) -> EmotionState:
        """Weigh the evidence about one person, and return the state at ``now_s``."""
        is_paused = self.privacy.mode(person) is PrivacyMode.PAUSED
        if person and (is_paused or person in self._not_analysed):
            self._memories.pop(person, None)
            self._moods.pop(person, None)
            self._resting.pop(person, None)
            return self._idle_state(Status.PAUSED, person, (), now_s)
        camera_is_alive = self._people.camera_is_alive(now_s)
        weighed = self._weighting.weigh(
            self._buffer.contents(),
            person,
            people,
            without_face=self._config.text_without_face or not camera_is_alive,
            now_s=now_s,
        )
        used = [w for w in weighed if not w.rejection]
        is_fresh = any(w.fresh for w in used)
        if camera_is_alive and not (is_fresh or person or person in self._memories):
            # Old words of a person who has left: no person, and no label that is held.
            weighed = [
                replace(w, weight=0.0, rejection=w.rejection or Rejection.STALE) for w in weighed
            ]
            used = []
        if not used:
            self._memories.pop(person, None)
            without_face = Status.NO_PERSON if camera_is_alive else Status.NO_INPUT
            status = Status.HOLDING if person else without_face
            return self._idle_state(status, person, weighed, now_s)
        status = Status.OK if is_fresh else Status.HOLDING
        return self._known_state(status, person, weighed, now_s)

    def _known_state(
        self, status: Status, person: str, weighed: Sequence[WeighedEvidence], now_s: float
    ) -> EmotionState:
        """Pool the evidence that counts, smooth it, decide: the state of one person."""
        used = [w for w in weighed if not w.rejection]
        memory = self._recall(person, now_s)
        opinions = [np.asarray(w.evidence.probabilities) for w in used]
        weights = [w.weight for w in used]
        pooled = pool(opinions, weights, self._prior, self._card.temperature)
        belief = memory.filter.update(pooled, max(now_s - memory.updated_s, 0.0))
        memory.updated_s = now_s
        decision = memory.label.update(belief, now_s)
        conflict = memory.conflict.update(contradict(opinions), now_s)
        valence, arousal = valence_arousal(belief)
        valence = blend_valence(valence, used)
        mood = self._moods.get(person) or Mood()
        if person:
            self._moods[person] = mood
        if status is Status.OK:
            mood.add(valence, arousal, now_s)
        return EmotionState(
            stamp_s=self._advance_stamp(weighed),
            status=status,
            reason=self._reason(status, conflict, decision),
            frame_id=self._people.frame_id,
            person_id=person,
            emotion=decision.emotion,
            confidence=decision.confidence,
            duration_s=decision.duration_s,
            probabilities=tuple(belief.tolist()),
            valence=valence,
            arousal=arousal,
            evidence=tuple(weighed),
            agreement=agreement(opinions),
            conflict=conflict,
            summary=summarise(used, conflict),
            mood_valence=mood.valence,
            mood_arousal=mood.arousal,
            valence_trend=mood.valence_trend,
        )

    def _idle_state(
        self, status: Status, person: str, weighed: Sequence[WeighedEvidence], now_s: float
    ) -> EmotionState:
        """Return the state of a person, or of no person, about whom no evidence counts."""
        if status in (Status.NO_INPUT, Status.DISABLED):
            self._stamp_s = max(self._stamp_s, now_s)
        reason, summary = _IDLE[status]
        summary = summary or self.privacy.explain(person)
        return EmotionState(
            stamp_s=self._advance_stamp(weighed),
            status=status,
            reason=reason,
            frame_id=self._people.frame_id,
            person_id=person,
            evidence=tuple(weighed),
            summary=summary,
        )

    def _reason(self, status: Status, conflict: bool, decision: Decision) -> Reason:
        if status is Status.HOLDING:
            return Reason.STALE
        if conflict:
            return Reason.CONFLICT
        if decision.confidence < self._config.confidence_threshold:
            return Reason.LOW_CONFIDENCE
        if decision.duration_s < self._config.dwell:
            return Reason.DWELL
        return Reason.NONE

    def _advance_stamp(self, weighed: Sequence[WeighedEvidence]) -> float:
        """Move the stamp to the newest input considered, never back, and return it (s)."""
        latest_s = self._now_s + MAX_FUTURE_S
        stamps = [w.evidence.stamp_s for w in weighed if w.evidence.stamp_s <= latest_s]
        self._stamp_s = max(self._stamp_s, self._people.camera_stamp_s, *stamps)
        return self._stamp_s

    def _recall(self, person: str, now_s: float) -> _PersonMemory:
        """Return the memory of a person, a new one at first."""
        if person not in self._memories:
            self._memories[person] = _PersonMemory(
                make_filter(self._config.filter, self._prior),
                LabelHysteresis(self._config.max_switch_rate),
                ConflictTimer(),
                updated_s=now_s,
            )
        return self._memories[person]

    def _store(self, evidence: Evidence, stated_person: str, now_s: float) -> Rejection:
        """Store evidence; what is too old on arrival is stored to be shown, and rejected."""
        rejection = self._buffer.add(evidence, stated_person, now_s)
        if not rejection and self._weighting.is_stale(evidence, now_s):
            return Rejection.STALE
        return rejection

    def _without_baseline(self, face: FaceObservation, stamp_s: float) -> FaceObservation:
        """Return a face without what it has shown all the time."""
        if not is_distribution(face.probabilities):
            return face
        resting = self._resting.setdefault(face.person_id, RestingFace())
        return replace(face, probabilities=resting.discount(face.probabilities, stamp_s))

    def _consented(self, evidence: Evidence) -> bool:
        """Return whether the person, or who may be it, consents to this evidence."""
        mode = self.privacy.mode(evidence.person_id)
        return mode is PrivacyMode.FULL or (
            mode is PrivacyMode.NO_TEXT and evidence.modality != TEXT
        )

    def _advance_time(self, now_s: float) -> None:
        if now_s < self._now_s - CLOCK_JUMP_S:
            self._clear()
        self._now_s = max(now_s, self._now_s)

    def _clear(self) -> None:
        config = self._config
        self._buffer = EvidenceBuffer()
        self._people = PeopleInView(config.focus_rule, config.focus_id, config.vision_timeout)
        self._memories = {}
        self._moods = {}
        self._resting = {}
        self._not_analysed = set()
        self._text_status = ReportedStatus()
        self._now_s = float('-inf')
        self._stamp_s = float('-inf')
