# SPDX-License-Identifier: MIT
"""One modality's say about one person, and what makes it count less or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS

Probabilities = NDArray[np.float64]

FACE = 'face'
TEXT = 'text'
MAX_FUTURE_S = 0.5
MIN_QUALITY = 0.05
FULL_COMPANY = 0.5  # a weight that nobody fitted: from here on others are not alone beside it
SUM_TOLERANCE = 1e-3


class Rejection(str, Enum):
    """Why an Evidence is not used; the empty word means that it is."""

    NONE = ''
    STALE = 'stale'
    FUTURE = 'future'
    INVALID = 'invalid'
    LOW_QUALITY = 'low_quality'
    UNSUPPORTED_LANGUAGE = 'unsupported_language'
    WRONG_PERSON = 'wrong_person'
    DISABLED = 'disabled'


@dataclass(frozen=True)
class Evidence:
    """A probability vector over the seven emotions with where, when and how good it is.

    ``stamp_s`` is ROS time in seconds; ``person_id`` is empty when the source does not know
    whom it heard; ``quality`` is in 0..1; ``valence`` (-1..1) is set only by a source that
    measures it apart from the seven emotions; ``rejection`` is set by a source that abstains.
    """

    modality: str
    stamp_s: float
    probabilities: tuple[float, ...]
    quality: float = 1.0
    person_id: str = ''
    source: str = ''
    detail: str = ''
    valence: float | None = None
    rejection: Rejection = Rejection.NONE

    def of(self, person_id: str) -> 'Evidence':
        """Return the same evidence, bound to a person."""
        return replace(self, person_id=person_id)


@dataclass(frozen=True)
class Ageing:
    """How one modality's weight falls with age: full, then halving, then nothing.

    ``weight * 2 ** (-(age - fresh_for_s) / half_life_s)`` after ``fresh_for_s``, shifted so that
    it is continuous and reaches exactly zero at ``timeout_s``. ``alone`` is the weight of a
    modality while nothing else counts; None: the same.
    """

    weight: float
    fresh_for_s: float
    half_life_s: float
    timeout_s: float
    alone: float | None = None

    def weight_in(self, company: float) -> float:
        """Return the full weight; ``company`` in 0..1 is how far the evidence is not alone."""
        alone = self.weight if self.alone is None else self.alone
        return alone + (self.weight - alone) * company

    @property
    def company(self) -> float:
        """How far others are not alone beside this, 0..1: next to nothing is no company."""
        return 1.0 if self.alone is not None else min(self.weight / FULL_COMPANY, 1.0)

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


def is_distribution(probabilities: Sequence[float], size: int = len(EMOTIONS)) -> bool:
    """Return whether these are ``size`` finite numbers >= 0 that sum to 1 within 1e-3."""
    if len(probabilities) != size:
        return False
    in_range = all(isfinite(p) and p >= 0.0 for p in probabilities)
    return in_range and abs(sum(probabilities) - 1.0) <= SUM_TOLERANCE


def check_evidence(evidence: Evidence, now_s: float) -> Rejection:
    """Return why this evidence may not enter the pool at ``now_s``, apart from its age."""
    if evidence.rejection is not Rejection.NONE:
        return evidence.rejection
    if not (isfinite(evidence.stamp_s) and isfinite(evidence.quality)):
        return Rejection.INVALID
    if not 0.0 <= evidence.quality <= 1.0 or not is_distribution(evidence.probabilities):
        return Rejection.INVALID
    if evidence.stamp_s > now_s + MAX_FUTURE_S:
        return Rejection.FUTURE
    if evidence.quality < MIN_QUALITY:
        return Rejection.LOW_QUALITY
    return Rejection.NONE
