# SPDX-License-Identifier: MIT
"""Latest evidence per modality and person."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import isfinite

from emotion_ros.core.evidence import FACE, Evidence, Rejection, check_evidence
from emotion_ros.core.state import NO_PROBABILITIES

FORGET_AFTER_S = 15.0
MAX_ENTRIES = 64
MAX_MODALITY_CHARS = 32


class EvidenceBuffer:
    """Keeps one Evidence per modality and stated person; rejected ones apart, to be explained.

    Evidence that states no person replaces earlier evidence that stated none, whichever persons
    the two were assigned to. Evidence about a person replaces all of its modality about the same
    person: a source may learn within one utterance who speaks.
    """

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str], Evidence] = {}
        self._rejected: dict[tuple[str, str], Evidence] = {}

    def contents(self) -> list[Evidence]:
        """Return what is stored, rejected evidence last."""
        return [*self._latest.values(), *self._rejected.values()]

    def add(self, evidence: Evidence, stated_person: str, now_s: float) -> Rejection:
        """Store evidence; return why it is rejected, or NONE."""
        name = evidence.modality
        if not (name.isidentifier() and len(name) <= MAX_MODALITY_CHARS):
            return Rejection.INVALID
        key = (evidence.modality, stated_person)
        rejection = check_evidence(evidence, now_s)
        if rejection:
            rejected = replace(evidence, rejection=rejection)
            if rejection is Rejection.INVALID:
                rejected = replace(
                    rejected,
                    stamp_s=evidence.stamp_s if isfinite(evidence.stamp_s) else now_s,
                    probabilities=NO_PROBABILITIES,
                    quality=0.0,
                    valence=None,
                )
            self._store(self._rejected, key, rejected)
            return rejection
        known = self._latest.get(key)
        if known is not None and evidence.stamp_s < known.stamp_s:
            return Rejection.OUT_OF_ORDER
        for outdated in (key, (name, '')):  # the latter: it was not known whose it is
            self._rejected.pop(outdated, None)
        person = evidence.person_id
        for other in [
            k for k, e in self._latest.items() if k[0] == name and e.person_id == person
        ]:
            del self._latest[other]
        self._store(self._latest, key, evidence)
        return Rejection.NONE

    def drop(self, modality: str) -> None:
        """Remove the evidence of one modality: it has been switched off."""
        for table in (self._latest, self._rejected):
            for key in [k for k in table if k[0] == modality]:
                del table[key]

    def reassign(self, successors: Mapping[str, str]) -> None:
        """Assign what is not of a face to the persons who were found again under another id."""
        for table in (self._latest, self._rejected):
            for (modality, stated), evidence in list(table.items()):
                person = successors.get(evidence.person_id)
                if person and modality != FACE:
                    del table[modality, stated]
                    stated = successors.get(stated, stated)
                    table[modality, stated] = evidence.assigned_to(person)

    def keep(self, is_allowed: Callable[[Evidence], bool]) -> None:
        """Remove the evidence that is no longer allowed."""
        for table in (self._latest, self._rejected):
            for key in [k for k, evidence in table.items() if not is_allowed(evidence)]:
                del table[key]

    def expire(self, now_s: float) -> None:
        """Remove what is too old even to be explained."""
        for table in (self._latest, self._rejected):
            for key in [k for k, e in table.items() if now_s - e.stamp_s > FORGET_AFTER_S]:
                del table[key]

    @staticmethod
    def _store(
        table: dict[tuple[str, str], Evidence], key: tuple[str, str], evidence: Evidence
    ) -> None:
        if key not in table and len(table) >= MAX_ENTRIES:
            del table[min(table, key=lambda k: table[k].stamp_s)]
        table[key] = evidence
