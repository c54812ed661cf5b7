# SPDX-License-Identifier: MIT
"""From a published EmotionState back to the core's, for those who show or judge it."""

from enum import Enum
from typing import Any, TypeVar

from emotion_ros.conversions.from_msg import msg_to_evidence, stamp_to_seconds
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import Rejection
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence
from emotion_ros.errors import InvalidInput

E = TypeVar('E', bound=Enum)


def msg_to_state(msg: Any) -> EmotionState:
    """Return the state; InvalidInput('bad_value') for a constant or a word that is not ours.

    Works for every object with the fields of the message: those of rclpy and those of a bag.
    """
    return EmotionState(
        stamp_s=stamp_to_seconds(msg.header.stamp),
        status=_known(Status, msg.status),
        reason=_known(Reason, msg.not_actionable_reason),
        frame_id=msg.header.frame_id,
        person_id=msg.person_id,
        emotion=_known(Emotion, msg.emotion),
        confidence=float(msg.confidence),
        duration_s=stamp_to_seconds(msg.duration),
        probabilities=tuple(float(p) for p in msg.probabilities),
        valence=float(msg.valence),
        arousal=float(msg.arousal),
        evidence=tuple(_to_weighed(evidence) for evidence in msg.evidence),
        agreement=float(msg.agreement),
        conflict=bool(msg.conflict),
        summary=msg.summary,
    )


def _to_weighed(msg: Any) -> WeighedEvidence:
    return WeighedEvidence(
        evidence=msg_to_evidence(msg),
        weight=float(msg.weight),
        age_s=float(msg.age),
        rejection=_known(Rejection, msg.reject_reason),
    )


def _known(kind: type[E], value: object) -> E:
    try:
        return kind(value)
    except ValueError as error:
        raise InvalidInput('bad_value', f'{value!r} is no {kind.__name__}') from error
