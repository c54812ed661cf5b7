# SPDX-License-Identifier: MIT
"""The fused state of one person: the fields of EmotionState.msg as core types."""

from dataclasses import dataclass
from enum import Enum, IntEnum

from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.core.evidence import Evidence, Rejection

NAN = float('nan')
NO_PROBABILITIES = (NAN,) * len(EMOTIONS)


class Status(IntEnum):
    """How much an EmotionState is worth, before looking at its numbers."""

    OK = 0
    HOLDING = 1
    NO_PERSON = 2
    NO_INPUT = 3
    DISABLED = 4
    PAUSED = 5


class Reason(str, Enum):
    """Why a state is not actionable; the empty word means that it is."""

    NONE = ''
    NO_INPUT = 'no_input'
    NO_PERSON = 'no_person'
    STALE = 'stale'
    LOW_CONFIDENCE = 'low_confidence'
    DWELL = 'dwell'
    CONFLICT = 'conflict'
    DISABLED = 'disabled'
    PAUSED = 'paused'


@dataclass(frozen=True)
class WeighedEvidence:
    """Evidence as it entered the pool: its weight, its age (s), and whether it was used.

    ``fresh`` says that its weight has not begun to fall with age.
    """

    evidence: Evidence
    weight: float
    age_s: float
    rejection: Rejection
    fresh: bool = True

    @property
    def used(self) -> bool:
        """Whether it entered the pool."""
        return self.rejection is Rejection.NONE


@dataclass(frozen=True)
class EmotionState:
    """See msg/EmotionState.msg for meaning, unit and range of every field."""

    stamp_s: float
    status: Status
    reason: Reason
    frame_id: str = ''
    person_id: str = ''
    emotion: Emotion = Emotion.UNKNOWN
    confidence: float = 0.0
    duration_s: float = 0.0
    probabilities: tuple[float, ...] = NO_PROBABILITIES
    valence: float = NAN
    arousal: float = NAN
    evidence: tuple[WeighedEvidence, ...] = ()
    agreement: float = NAN
    conflict: bool = False
    summary: str = ''
    mood_valence: float = NAN
    mood_arousal: float = NAN
    valence_trend: float = NAN

    @property
    def label(self) -> str:
        """The lower-case word of the stable emotion."""
        return self.emotion.label

    @property
    def actionable(self) -> bool:
        """Whether a controller may act on this state."""
        return self.reason is Reason.NONE
