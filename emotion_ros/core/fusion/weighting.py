# SPDX-License-Identifier: MIT
"""How much each piece of evidence counts for one person, and why some does not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from emotion_ros.core.evidence import FACE, TEXT, VOICE, Evidence, Rejection
from emotion_ros.core.fusion.card import FITTED_MODALITIES, FusionCard, together
from emotion_ros.core.fusion.config import FACE_HALF_LIFE_S, FusionConfig, ModalityConfig
from emotion_ros.core.state import WeighedEvidence

NO_PERSON = ''
_RANKS = {name: rank for rank, name in enumerate(FITTED_MODALITIES)}
_OTHERS = {FACE: (TEXT, VOICE), TEXT: (FACE, VOICE), VOICE: (FACE, TEXT)}
FULL_CORROBORATION = 0.5
"""From this weight on, a modality without a fitted weight corroborates others in full."""


@dataclass(frozen=True)
class FittedWeight:
    """The weight of a modality by which of the two other fitted ones count beside it.

    ``others`` are their names: ``with_first`` is the weight beside the first, and so on.
    """

    others: tuple[str, str]
    solo: float
    with_first: float
    with_second: float
    with_both: float

    def at(self, first: float, second: float) -> float:
        """Return the bilinear interpolation for effective qualities (0..1) of the two others."""
        change_first = self.with_first - self.solo
        change_second = self.with_second - self.solo
        mixed = self.with_both - self.solo - change_first - change_second
        return self.solo + change_first * first + change_second * second + mixed * first * second


def fitted_weight(modality: str, card: FusionCard) -> FittedWeight:
    """Return what the card says of one of ``card.FITTED_MODALITIES``."""
    first, second = _OTHERS[modality]
    beside = [(), (first,), (second,), (first, second)]
    return FittedWeight(
        (first, second), *(card.weights[together(modality, *o)][modality] for o in beside)
    )


@dataclass(frozen=True)
class TemporalDecay:
    """How the weight of one modality falls with age: full, then halving, then zero.

    ``weight * 2 ** (-(age - fresh_for_s) / half_life_s)`` after ``fresh_for_s``, shifted so that
    it is continuous and reaches exactly zero at ``timeout_s``.
    """

    weight: float | FittedWeight
    fresh_for_s: float
    half_life_s: float
    timeout_s: float

    @property
    def corroboration(self) -> float:
        """How far fresh evidence of this modality corroborates others, 0..1."""
        if isinstance(self.weight, FittedWeight):
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
    """Return the decay of face, text, voice and the listed ``modalities`` under these options.

    A listed voice has the parameters of its listing.
    """
    fresh_for_s = config.fresh_for
    face_times_s = config.face_fresh_for, FACE_HALF_LIFE_S, config.vision_timeout
    text_times_s = fresh_for_s, config.text_half_life, config.text_hold
    voice_times_s = fresh_for_s, config.voice_half_life, config.voice_hold
    decays = {
        name: TemporalDecay(fitted_weight(name, card) if weight < 0.0 else weight, *times_s)
        for name, weight, times_s in (
            (FACE, config.face_weight, face_times_s),
            (TEXT, config.text_weight, text_times_s),
            (VOICE, config.voice_weight, voice_times_s),
        )
    }
    listed = {
        name: TemporalDecay(m.weight, fresh_for_s, m.half_life, m.timeout)
        for name, m in modalities.items()
        if name not in (FACE, TEXT)
    }
    return decays | listed


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

    The fitted base weight of a face, text or voice goes from its solo value to the one beside the
    others as the effective quality (quality x freshness) of the others goes from 0 to 1. Evidence
    without fitted weights, or of the same modality, corroborates as the first of the others does:
    text beside a face, a face beside text or voice.
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
        self._abstain_below = config.abstain_below
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

        Faces come first, then text, voice and the others by name. ``people`` are those in view,
        the focus person (or '') first; ``without_face`` says whether evidence counts that is
        about no person in view.
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
            if not rejection and e.modality == FACE and e.quality < self._abstain_below:
                rejection = Rejection.LOW_QUALITY
            effective_quality = 0.0 if rejection else e.quality * decay.freshness(age_s)
            aged.append(_AgedEvidence(e, decay, age_s, rejection, effective_quality))
        return [
            WeighedEvidence(
                evidence=a.evidence,
                weight=a.effective_quality * _base_weight(a, aged),
                age_s=a.age_s,
                rejection=a.rejection,
                fresh=a.decay.is_fresh(a.age_s),
            )
            for a in aged
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


def _base_weight(of: _AgedEvidence, all_of: Sequence[_AgedEvidence]) -> float:
    """Return the weight of fresh evidence of full quality, beside all that counts with it."""
    weight = of.decay.weight
    if not isinstance(weight, FittedWeight):
        return weight
    first, second = weight.others
    corroboration = {first: 0.0, second: 0.0}
    for other in all_of:
        if other is not of:
            name = second if other.evidence.modality == second else first
            strength = other.decay.corroboration * other.effective_quality
            corroboration[name] = max(corroboration[name], strength)
    return weight.at(corroboration[first], corroboration[second])
