# SPDX-License-Identifier: MIT
"""How much each piece of evidence counts for one person, and why some does not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from emotion_ros.core.evidence import FACE, TEXT, Ageing, Evidence, Rejection
from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.summary import reading_order
from emotion_ros.core.state import WeighedEvidence

NOBODY = ''


@dataclass(frozen=True)
class _Heard:
    """Evidence with its age; ``presence`` is quality x freshness, 0 when it is rejected."""

    evidence: Evidence
    ageing: Ageing
    age_s: float
    rejection: Rejection
    presence: float

    @property
    def company(self) -> float:
        """How far others are not alone, 0..1."""
        return self.ageing.company * self.presence


class Weigher:
    """Gives evidence the weight: base weight of its modality x quality x freshness.

    The fitted base weight of a face or of words goes from its value alone to the one in company
    as the presence (quality x freshness) of the best other evidence goes from 0 to 1.
    """

    def __init__(
        self, config: FusionConfig, card: FusionCard, modalities: Mapping[str, Ageing]
    ) -> None:
        self.config = config
        self._card = card
        self._modalities = dict(modalities)

    def weigh(
        self,
        evidence: Iterable[Evidence],
        person: str,
        people: Sequence[str],
        without_face: bool,
        now_s: float,
    ) -> list[WeighedEvidence]:
        """Return what concerns a person ('' is nobody), in reading order.

        ``people`` are those in view, the focus person (or nobody) first; ``without_face`` says
        whether evidence counts that is about none of them.
        """
        relevant = [e for e in evidence if _concerns(e, person, person == people[0])]
        relevant.sort(key=lambda e: (*reading_order(e.modality), e.person_id, e.source))
        belonging = [_belongs(e, person, people, without_face) for e in relevant]
        heard = [self._hear(e, is_in, now_s) for e, is_in in zip(relevant, belonging, strict=True)]
        return [_weigh(one, [h.company for h in heard if h is not one]) for one in heard]

    def is_stale(self, evidence: Evidence, now_s: float) -> bool:
        """Return whether evidence is too old to count for anybody."""
        return self._ageing(evidence.modality).is_stale(now_s - evidence.stamp_s)

    def _hear(self, evidence: Evidence, belongs: bool, now_s: float) -> _Heard:
        age_s = max(now_s - evidence.stamp_s, 0.0)
        ageing = self._ageing(evidence.modality)
        rejection = evidence.rejection
        if rejection is Rejection.NONE and ageing.is_stale(age_s):
            rejection = Rejection.STALE
        if rejection is Rejection.NONE and not belongs:
            rejection = Rejection.WRONG_PERSON
        counts = rejection is Rejection.NONE
        presence = evidence.quality * ageing.freshness(age_s) if counts else 0.0
        return _Heard(evidence, ageing, age_s, rejection, presence)

    def _ageing(self, modality: str) -> Ageing:
        if modality == FACE:
            return self.config.face_ageing(self._card)
        if modality == TEXT:
            return self.config.text_ageing(self._card)
        listed = self._modalities.get(modality)
        if listed is None:
            return self.config.other_ageing()
        return replace(listed, fresh_for_s=self.config.fresh_for)  # it may have been changed


def _weigh(heard: _Heard, others: Iterable[float]) -> WeighedEvidence:
    return WeighedEvidence(
        evidence=heard.evidence,
        weight=heard.ageing.weight_in(max(others, default=0.0)) * heard.presence,
        age_s=heard.age_s,
        rejection=heard.rejection,
        fresh=heard.ageing.is_fresh(heard.age_s),
    )


def _concerns(evidence: Evidence, person: str, is_focus: bool) -> bool:
    """Return whether evidence is worth showing for this person, used or not."""
    if evidence.person_id == person:
        return True
    return person == NOBODY if evidence.modality == FACE else is_focus


def _belongs(evidence: Evidence, person: str, people: Sequence[str], without_face: bool) -> bool:
    """Return whether evidence may count for this person; for nobody, what is of nobody in view."""
    if person != NOBODY:
        return evidence.person_id in (person, NOBODY)
    is_somebodys = evidence.modality == FACE or evidence.person_id in set(people) - {NOBODY}
    return without_face and not is_somebodys
