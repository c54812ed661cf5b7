# SPDX-License-Identifier: MIT
"""The latest word of every source about every person."""

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from emotion_ros.core.evidence import Evidence, Rejection, check_evidence
from emotion_ros.core.state import NO_PROBABILITIES

FORGET_AFTER_S = 15.0
MAX_ENTRIES = 64
MAX_MODALITY_CHARS = 32

OUT_OF_ORDER = 'out_of_order'


class EvidenceBuffer:
    """Keeps one Evidence per modality and stated person; refused ones apart, to be explained.

    What a source says without stating a person replaces what it said so before, whomever the
    two were taken to be about.
    """

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str], Evidence] = {}
        self._refused: dict[tuple[str, str], Evidence] = {}

    def __iter__(self) -> Iterator[Evidence]:
        """Yield what is remembered, refused evidence last."""
        yield from self._latest.values()
        yield from self._refused.values()

    def add(self, evidence: Evidence, stated_person: str, now_s: float) -> str:
        """Remember evidence; return '' or the word under which its refusal is counted."""
        if not _is_modality(evidence.modality):
            return str(Rejection.INVALID.value)
        key = (evidence.modality, stated_person)
        rejection = check_evidence(evidence, now_s)
        if rejection is not Rejection.NONE:
            self._refuse(key, replace(evidence, rejection=rejection), now_s)
            return str(rejection.value)
        known = self._latest.get(key)
        if known is not None and evidence.stamp_s < known.stamp_s:
            return OUT_OF_ORDER
        self._refused.pop(key, None)
        self._store(self._latest, key, evidence)
        return ''

    def drop(self, modality: str) -> None:
        """Forget what one modality said: it has been switched off."""
        for table in (self._latest, self._refused):
            for key in [k for k in table if k[0] == modality]:
                del table[key]

    def forget(self, now_s: float) -> None:
        """Drop what is too old to be worth explaining."""
        for table in (self._latest, self._refused):
            for key in [k for k, e in table.items() if now_s - e.stamp_s > FORGET_AFTER_S]:
                del table[key]

    def _refuse(self, key: tuple[str, str], evidence: Evidence, now_s: float) -> None:
        if evidence.rejection is not Rejection.INVALID:
            self._store(self._refused, key, evidence)
            return
        stamp_s = evidence.stamp_s if isfinite(evidence.stamp_s) else now_s
        blank = replace(
            evidence, stamp_s=stamp_s, probabilities=NO_PROBABILITIES, quality=0.0, valence=None
        )
        self._store(self._refused, key, blank)

    @staticmethod
    def _store(
        table: dict[tuple[str, str], Evidence], key: tuple[str, str], evidence: Evidence
    ) -> None:
        if key not in table and len(table) >= MAX_ENTRIES:
            del table[min(table, key=lambda k: table[k].stamp_s)]
        table[key] = evidence


def _is_modality(name: str) -> bool:
    return 0 < len(name) <= MAX_MODALITY_CHARS and name.isidentifier()
