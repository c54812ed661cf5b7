"""How much each piece of evidence counts for one person, and why some does not."""

from collections.abc import Iterable, Mapping

from emotion_ros.core.evidence import FACE, TEXT, Ageing, Evidence, Rejection
from emotion_ros.core.fusion_card import FusionCard
from emotion_ros.core.fusion_config import FusionConfig
from emotion_ros.core.state import WeighedEvidence
from emotion_ros.core.summary import reading_order

NOBODY = ''


class Weigher:
    """Gives evidence the weight: base weight of its modality x quality x freshness."""

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
        is_focus: bool,
        without_face: bool,
        now_s: float,
    ) -> list[WeighedEvidence]:
        """Return what concerns a person ('' is nobody in view), in reading order.

        ``without_face`` says whether evidence counts while nobody is in view.
        """
        relevant = [e for e in evidence if _concerns(e, person, is_focus)]
        relevant.sort(key=lambda e: (*reading_order(e.modality), e.person_id, e.source))
        return [self._weigh_one(e, person, without_face, now_s) for e in relevant]

    def is_stale(self, evidence: Evidence, now_s: float) -> bool:
        """Return whether evidence is too old to count for anybody."""
        return self._ageing(evidence.modality).is_stale(now_s - evidence.stamp_s)

    def _weigh_one(
        self, evidence: Evidence, person: str, without_face: bool, now_s: float
    ) -> WeighedEvidence:
        age_s = max(now_s - evidence.stamp_s, 0.0)
        ageing = self._ageing(evidence.modality)
        rejection = evidence.rejection
        if rejection is Rejection.NONE and ageing.is_stale(age_s):
            rejection = Rejection.STALE
        if rejection is Rejection.NONE and not _belongs(evidence, person, without_face):
            rejection = Rejection.WRONG_PERSON
        weight = ageing.weight * evidence.quality * ageing.freshness(age_s)
        return WeighedEvidence(
            evidence=evidence,
            weight=weight if rejection is Rejection.NONE else 0.0,
            age_s=age_s,
            rejection=rejection,
            fresh=ageing.is_fresh(age_s),
        )

    def _ageing(self, modality: str) -> Ageing:
        if modality == FACE:
            return self.config.face_ageing(self._card)
        if modality == TEXT:
            return self.config.text_ageing(self._card)
        return self._modalities.get(modality) or self.config.other_ageing()


def _concerns(evidence: Evidence, person: str, is_focus: bool) -> bool:
    """Return whether evidence is worth showing for this person, used or not."""
    if evidence.person_id == person:
        return True
    return person == NOBODY if evidence.modality == FACE else is_focus


def _belongs(evidence: Evidence, person: str, without_face: bool) -> bool:
    """Return whether evidence may count for this person."""
    return without_face if person == NOBODY else evidence.person_id in (person, NOBODY)
