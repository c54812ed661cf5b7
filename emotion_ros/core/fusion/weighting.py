# SPDX-License-Identifier: MIT
"""How much each piece of evidence counts for one person, and why some does not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from emotion_ros.core.evidence import FACE, TEXT, Evidence, Rejection
from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.fusion.config import FACE_HALF_LIFE_S, FusionConfig, ModalityConfig
from emotion_ros.core.state import WeighedEvidence

NO_PERSON = ''
_RANKS = {FACE: 0, TEXT: 1}
FULL_CORROBORATION = 0.5
"""From this weight on, a modality without a fitted weight corroborates others in full."""


@dataclass(frozen=True)
class TemporalDecay:
    """How the weight of one modality falls with age: full, then halving, then zero.

    ``weight * 2 ** (-(age - fresh_for_s) / half_life_s)`` after ``fresh_for_s``, shifted so that
    it is continuous and reaches exactly zero at ``timeout_s``. ``solo_weight`` is the weight while
    no other evidence counts; None: the same.
    """

    weight: float
    fresh_for_s: float
    half_life_s: float
    timeout_s: float
    solo_weight: float | None = None

    def base_weight(self, corroboration: float) -> float:
        """Return the weight when fresh: from solo (``corroboration`` 0) to corroborated (1)."""
        if self.solo_weight is None:
            return self.weight
        return self.solo_weight + (self.weight - self.solo_weight) * corroboration

    @property
    def corroboration(self) -> float:
        """How far fresh evidence of this modality corroborates others, 0..1."""
        if self.solo_weight is not None:
            return 1.0
        return min(self.weight / FULL_CORROBORATION, 1.0)

    def is_fresh(self, age_s: float) -> bool:
        """Return whether evidence of this age still counts in full."""
        return age_s <= self.fresh_for_s

    def is_stale(self, age_s: float) -> bool:
        """Return whether evidence of this age no longer counts at all."""
        return age_s >= self.timeout_s

    def freshness(self, age_s: float) -> float:
        """Return the factor 1..0 of the weight at this age."""
        if self.is_fresh(age_s):
            return 1.0
        if self.is_stale(age_s):
            return 0.0
        floor = 2.0 ** (-(self.timeout_s - self.fresh_for_s) / self.half_life_s)
        decay = 2.0 ** (-(age_s - self.fresh_for_s) / self.half_life_s)
        return float((decay - floor) / (1.0 - floor))


def resolve_decays(
    config: FusionConfig, card: FusionCard, modalities: Mapping[str, ModalityConfig]
) -> dict[str, TemporalDecay]:
    """Return the decay of face, text and the listed ``modalities`` under these options."""
    face_times_s = config.face_fresh_for, FACE_HALF_LIFE_S, config.vision_timeout
    text_times_s = config.fresh_for, config.text_half_life, config.text_hold
    decays = {
        name: TemporalDecay(m.weight, config.fresh_for, m.half_life, m.timeout)
        for name, m in modalities.items()
    }
    for name, weight, times_s in (
        (FACE, config.face_weight, face_times_s),
        (TEXT, config.text_weight, text_times_s),
    ):
        if weight < 0.0:
            decays[name] = TemporalDecay(card.weights[name], *times_s, card.solo_weights[name])
        else:
            decays[name] = TemporalDecay(weight, *times_s)
    return decays


@dataclass(frozen=True)
class _AgedEvidence:
    """Evidence at one moment; ``effective_quality`` is quality x freshness, 0 when rejected."""

    evidence: Evidence
    decay: TemporalDecay
    age_s: float
    rejection: Rejection
    effective_quality: float


class EvidenceWeighting:
    """Gives evidence its weight: base weight of the modality x quality x freshness.

    The fitted base weight of face or text goes from its solo value to the corroborated one as
    the effective quality (quality x freshness) of the best other evidence goes from 0 to 1.
    """

    def __init__(
        self,
        config: FusionConfig,
        card: FusionCard,
        modalities: Mapping[str, ModalityConfig],
    ) -> None:
        self._card = card
        self._modalities = dict(modalities)
        self.configure(config)

    def configure(self, config: FusionConfig) -> None:
        """Resolve the decay of every modality; unlisted ones share ``other_weight``."""
        self._decays = resolve_decays(config, self._card, self._modalities)
        self._unlisted = TemporalDecay(
            config.other_weight, config.fresh_for, config.text_half_life, config.text_hold
        )

    def weigh(
        self,
        evidence: Iterable[Evidence],
        person: str,
        people: Sequence[str],
        without_face: bool,
        now_s: float,
    ) -> list[WeighedEvidence]:
        """Return the evidence about a person ('' is no person) with its weights.

        Faces come first, then text, then the other modalities by name. ``people`` are those in
        view, the focus person (or '') first; ``without_face`` says whether evidence counts that
        is about no person in view.
        """
        is_focus = person == people[0]
        relevant = [
            e
            for e in evidence
            if e.person_id == person or (person == NO_PERSON if e.modality == FACE else is_focus)
        ]
        relevant.sort(
            key=lambda e: (_RANKS.get(e.modality, len(_RANKS)), e.modality, e.person_id, e.source)
        )
        aged: list[_AgedEvidence] = []
        for e in relevant:
            decay = self._decays.get(e.modality, self._unlisted)
            age_s = max(now_s - e.stamp_s, 0.0)
            rejection = e.rejection
            if not rejection and decay.is_stale(age_s):
                rejection = Rejection.STALE
            if not rejection and not _applies(e, person, people, without_face):
                rejection = Rejection.WRONG_PERSON
            effective_quality = 0.0 if rejection else e.quality * decay.freshness(age_s)
            aged.append(_AgedEvidence(e, decay, age_s, rejection, effective_quality))
        corroborations = [a.decay.corroboration * a.effective_quality for a in aged]
        return [
            WeighedEvidence(
                evidence=a.evidence,
                weight=a.effective_quality
                * a.decay.base_weight(
                    max(corroborations[:i] + corroborations[i + 1 :], default=0.0)
                ),
                age_s=a.age_s,
                rejection=a.rejection,
                fresh=a.decay.is_fresh(a.age_s),
            )
            for i, a in enumerate(aged)
        ]

    def is_stale(self, evidence: Evidence, now_s: float) -> bool:
        """Return whether evidence is too old to count for any person."""
        decay = self._decays.get(evidence.modality, self._unlisted)
        return decay.is_stale(now_s - evidence.stamp_s)


def _applies(evidence: Evidence, person: str, people: Sequence[str], without_face: bool) -> bool:
    """Return whether evidence may count: for no person, only what is about no one in view."""
    if person != NO_PERSON:
        return evidence.person_id in (person, NO_PERSON)
    names_someone = evidence.person_id != NO_PERSON and evidence.person_id in people
    return without_face and evidence.modality != FACE and not names_someone
