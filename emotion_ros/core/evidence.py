# SPDX-License-Identifier: MIT
"""Evidence from one modality about one person, and why it may be rejected."""

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
VOICE = 'voice'
MAX_FUTURE_S = 0.5
MIN_QUALITY = 0.05
SUM_TOLERANCE = 1e-3


class Rejection(str, Enum):
    """Why an Evidence is not used; the empty word, which is false, means that it is.

    The words are those of ``reject_reason`` in EmotionEvidence.msg, except the last three: such
    evidence is counted and forgotten, so no message carries it.
    """

    NONE = ''
    STALE = 'stale'
    FUTURE = 'future'
    INVALID = 'invalid'
    LOW_QUALITY = 'low_quality'
    UNSUPPORTED_LANGUAGE = 'unsupported_language'
    WRONG_PERSON = 'wrong_person'
    DISABLED = 'disabled'
    OUT_OF_ORDER = 'out_of_order'
    PAUSED = 'paused'
    OPT_OUT = 'opt_out'


@dataclass(frozen=True)
class Evidence:
    """A probability vector over the seven emotions with where, when and how good it is.

    ``stamp_s`` is ROS time in seconds; ``person_id`` is empty when the source does not know
    which person it observed; ``quality`` is in 0..1; ``valence`` (-1..1) is set only by a source
    that estimates it apart from the seven emotions; ``rejection`` is set by a source that
    abstains.
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

    def assigned_to(self, person_id: str) -> 'Evidence':
        """Return the same evidence, assigned to a person."""
        return replace(self, person_id=person_id)


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
