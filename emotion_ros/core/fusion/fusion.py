# SPDX-License-Identifier: MIT
"""From observations to the state of everybody in view."""

from collections.abc import Iterable, Mapping, Sequence

from emotion_ros.core.evidence import FACE, MAX_FUTURE_S, TEXT, Ageing, Evidence, Rejection
from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.evidence_buffer import EvidenceBuffer
from emotion_ros.core.fusion.people_in_view import Scene
from emotion_ros.core.fusion.person_estimator import Estimate, PersonEstimator
from emotion_ros.core.fusion.source_status import LastStatus
from emotion_ros.core.fusion.summary import summarise
from emotion_ros.core.fusion.weighting import NOBODY, Weigher
from emotion_ros.core.observations import FacesObservation, SourceStatus, TextObservation
from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence


class Fusion:
    """Fuses whatever arrives into one EmotionState per person.

    Time is ROS time in seconds and always an argument; a step back of more than CLOCK_JUMP_S
    clears everything. The ``add_*`` functions return '' or the fixed word under which the
    refusal is to be counted; none of them raises for bad values.
    """

    def __init__(
        self,
        config: FusionConfig,
        card: FusionCard,
        modalities: Mapping[str, Ageing] | None = None,
    ) -> None:
        self.enabled = True
        self._estimators: dict[str, PersonEstimator] = {}
        self._config = config
        self._card = card
        self._weigher = Weigher(config, card, modalities or {})
        self._clear()

    def configure(self, config: FusionConfig) -> None:
        """Take over changed options; what is remembered stays."""
        self._config = self._weigher.config = config
        self._scene.set_focus(config.focus_rule, config.focus_id)

    def add_faces(self, faces: FacesObservation, now_s: float) -> str:
        """Take in one processed frame, also an empty one."""
        self._advance(now_s)
        refusal = self._scene.see(faces, now_s)
        if refusal:
            return refusal
        if faces.status is not SourceStatus.OK:
            self._scene.clear()
            self._buffer.drop(FACE)
            return ''
        evidence = [face.to_evidence(faces.stamp_s, faces.source) for face in faces.faces]
        refusals = [self._keep(e, e.person_id, now_s) for e in evidence]
        return next((r for r in refusals if r), '')

    def add_text(self, text: TextObservation, now_s: float) -> str:
        """Take in one utterance; without a person_id it belongs to the focus person."""
        self._advance(now_s)
        self._text_status.hear(text.status, now_s)
        if text.status is not SourceStatus.OK:
            self._buffer.drop(TEXT)
            return ''
        if text.is_status_only:
            return ''
        return self._add(text.to_evidence(self._card.sentiment_given_emotion), now_s)

    def add_evidence(self, evidence: Evidence, now_s: float) -> str:
        """Take in any modality's say."""
        self._advance(now_s)
        return self._add(evidence, now_s)

    def states(self, now_s: float) -> tuple[EmotionState, ...]:
        """Return everybody's state at ``now_s``, the focus person (or nobody) first."""
        self._advance(now_s)
        if not self.enabled or self._all_disabled(now_s):
            self._estimators = {}
            return (self._without_evidence(Status.DISABLED, NOBODY, (), now_s),)
        self._buffer.forget(now_s)
        people = self._in_view(now_s) or [NOBODY]
        self._estimators = {p: e for p, e in self._estimators.items() if p in people}
        return tuple(self._state(person, people, now_s) for person in people)

    def _clear(self) -> None:
        self._buffer = EvidenceBuffer()
        self._scene = Scene(self._config.focus_rule, self._config.focus_id)
        self._estimators = {}
        self._text_status = LastStatus()
        self._now_s = float('-inf')
        self._stamp_s = float('-inf')

    def _advance(self, now_s: float) -> None:
        if now_s < self._now_s - CLOCK_JUMP_S:
            self._clear()
        self._now_s = max(now_s, self._now_s)

    def _add(self, evidence: Evidence, now_s: float) -> str:
        stated_person = evidence.person_id
        if not stated_person:
            evidence = evidence.of(next(iter(self._in_view(now_s)), NOBODY))
        return self._keep(evidence, stated_person, now_s)

    def _keep(self, evidence: Evidence, stated_person: str, now_s: float) -> str:
        """Remember evidence; what is too old on arrival is kept to be shown, and counted."""
        refusal = self._buffer.add(evidence, stated_person, now_s)
        too_old = self._weigher.is_stale(evidence, now_s)
        return refusal or (Rejection.STALE.value if too_old else '')

    def _in_view(self, now_s: float) -> list[str]:
        return self._scene.in_view(now_s, self._config.vision_timeout)

    def _camera_is_alive(self, now_s: float) -> bool:
        return self._scene.camera_is_alive(now_s, self._config.vision_timeout)

    def _all_disabled(self, now_s: float) -> bool:
        statuses = (self._scene.camera_status, self._text_status)
        all_say_so = all(s.at(now_s) is SourceStatus.DISABLED for s in statuses)
        return all_say_so and not any(self._buffer)

    def _state(self, person: str, people: Sequence[str], now_s: float) -> EmotionState:
        """``people`` are those in view, the focus person (or nobody) first."""
        weighed = self._weigh(person, people, now_s)
        used = [w for w in weighed if w.used]
        if not used:
            self._estimators.pop(person, None)
            return self._without_evidence(self._idle_status(person, now_s), person, weighed, now_s)
        estimate = self._estimator(person).update(used, now_s)
        status = Status.OK if any(w.fresh for w in used) else Status.HOLDING
        return EmotionState(
            stamp_s=self._stamp(weighed),
            status=status,
            reason=self._reason(status, estimate),
            frame_id=self._scene.frame_id,
            person_id=person,
            emotion=estimate.decision.emotion,
            confidence=estimate.decision.confidence,
            duration_s=estimate.decision.duration_s,
            probabilities=tuple(float(p) for p in estimate.probabilities),
            valence=estimate.valence,
            arousal=estimate.arousal,
            evidence=tuple(weighed),
            agreement=estimate.agreement,
            conflict=estimate.conflict,
            summary=summarise(status, used, estimate.conflict),
        )

    def _without_evidence(
        self, status: Status, person: str, weighed: Iterable[WeighedEvidence], now_s: float
    ) -> EmotionState:
        if status in (Status.NO_INPUT, Status.DISABLED):
            self._stamp_s = max(self._stamp_s, now_s)
        weighed = tuple(weighed)
        return EmotionState(
            stamp_s=self._stamp(weighed),
            status=status,
            reason=_IDLE_REASONS[status],
            frame_id=self._scene.frame_id,
            person_id=person,
            evidence=weighed,
            summary=summarise(status, (), False),
        )

    def _idle_status(self, person: str, now_s: float) -> Status:
        if person:
            return Status.HOLDING
        return Status.NO_PERSON if self._camera_is_alive(now_s) else Status.NO_INPUT

    def _stamp(self, weighed: Iterable[WeighedEvidence]) -> float:
        latest_s = self._now_s + MAX_FUTURE_S
        stamps = [w.evidence.stamp_s for w in weighed if w.evidence.stamp_s <= latest_s]
        self._stamp_s = max(self._stamp_s, self._scene.camera_stamp_s, *stamps)
        return self._stamp_s

    def _reason(self, status: Status, estimate: Estimate) -> Reason:
        if status is Status.HOLDING:
            return Reason.STALE
        if estimate.conflict:
            return Reason.CONFLICT
        if estimate.decision.confidence < self._config.confidence_threshold:
            return Reason.LOW_CONFIDENCE
        if estimate.decision.duration_s < self._config.dwell:
            return Reason.DWELL
        return Reason.NONE

    def _weigh(self, person: str, people: Sequence[str], now_s: float) -> list[WeighedEvidence]:
        camera_is_alive = self._camera_is_alive(now_s)
        without_face = self._config.text_without_face or not camera_is_alive
        return self._weigher.weigh(self._buffer, person, people, without_face, now_s)

    def _estimator(self, person: str) -> PersonEstimator:
        if person not in self._estimators:
            self._estimators[person] = PersonEstimator(
                self._card, self._config.filter, self._config.max_switch_rate
            )
        return self._estimators[person]


_IDLE_REASONS = {
    Status.HOLDING: Reason.STALE,
    Status.NO_PERSON: Reason.NO_PERSON,
    Status.NO_INPUT: Reason.NO_INPUT,
    Status.DISABLED: Reason.DISABLED,
}
