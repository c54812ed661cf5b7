# SPDX-License-Identifier: MIT
"""From ROS messages to the data types of core.

Works for every object with the fields of the message: those of rclpy and those of a bag reader.
Stamps and durations become seconds, numpy values plain floats. A stamp whose nanosec is a whole
second or more raises InvalidInput('bad_stamp').
"""

from enum import Enum
from typing import Any, TypeVar

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.evidence import TEXT, Evidence, Rejection
from emotion_ros.core.observations import (
    FaceObservation,
    FacesObservation,
    SourceStatus,
    TextObservation,
)
from emotion_ros.core.state import NAN, EmotionState, Reason, Status, WeighedEvidence
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.decode import RawImage

E = TypeVar('E', bound=Enum)


def stamp_to_seconds(stamp: Any) -> float:
    """Return a stamp in seconds; InvalidInput('bad_stamp') when nanosec is 1e9 or more."""
    if stamp.nanosec >= NANOSECONDS:
        raise InvalidInput('bad_stamp', f'nanosec is {stamp.nanosec}')
    return float(stamp.sec + stamp.nanosec / NANOSECONDS)


def msg_to_raw(msg: Any) -> RawImage:
    """Return the fields of a sensor_msgs/Image that the decoder needs, without copying pixels."""
    return RawImage(
        width=msg.width,
        height=msg.height,
        encoding=msg.encoding,
        step=msg.step,
        is_bigendian=bool(msg.is_bigendian),
        data=msg.data,
    )


def msg_to_faces(msg: Any) -> FacesObservation:
    """Return the faces of a FaceEmotionArray; an unknown status counts as ERROR."""
    return FacesObservation(
        stamp_s=stamp_to_seconds(msg.header.stamp),
        frame_id=msg.header.frame_id,
        status=_source_status(msg.status),
        faces=tuple(_to_face(face) for face in msg.faces),
    )


def msg_to_text(msg: Any) -> TextObservation:
    """Return a TextSentiment; an unknown status counts as ERROR, an unknown reason as none."""
    known = {r.value: r for r in Rejection}
    return TextObservation(
        stamp_s=stamp_to_seconds(msg.header.stamp),
        status=_source_status(msg.status),
        sentiment=_floats(msg.sentiment_probabilities),
        emotion=_floats(msg.emotion_probabilities),
        quality=float(msg.quality),
        person_id=msg.person_id,
        rejection=known.get(msg.reason, Rejection.NONE),
        source=TEXT,
        voice_id=getattr(msg, 'voice_id', ''),
        binding_confidence=float(getattr(msg, 'binding_confidence', 0.0)),
    )


def msg_to_evidence(msg: Any) -> Evidence:
    """Return an EmotionEvidence of another node; its values are not checked here."""
    return Evidence(
        modality=msg.modality,
        stamp_s=stamp_to_seconds(msg.header.stamp),
        probabilities=_floats(msg.probabilities),
        quality=float(msg.quality),
        person_id=msg.person_id,
        source=msg.source,
        detail=msg.detail,
    )


def msg_to_state(msg: Any) -> EmotionState:
    """Return a published EmotionState.

    InvalidInput('bad_value') for a status, emotion or reason that the message does not define.
    """
    return EmotionState(
        stamp_s=stamp_to_seconds(msg.header.stamp),
        status=_member(Status, msg.status),
        reason=_member(Reason, msg.not_actionable_reason),
        frame_id=msg.header.frame_id,
        person_id=msg.person_id,
        emotion=_member(Emotion, msg.emotion),
        confidence=float(msg.confidence),
        duration_s=stamp_to_seconds(msg.duration),
        probabilities=_floats(msg.probabilities),
        valence=float(msg.valence),
        arousal=float(msg.arousal),
        evidence=tuple(
            WeighedEvidence(
                evidence=msg_to_evidence(evidence),
                weight=float(evidence.weight),
                age_s=float(evidence.age),
                rejection=_member(Rejection, evidence.reject_reason),
            )
            for evidence in msg.evidence
        ),
        agreement=float(msg.agreement),
        conflict=bool(msg.conflict),
        summary=msg.summary,
        mood_valence=_added(msg, 'mood_valence'),
        mood_arousal=_added(msg, 'mood_arousal'),
        valence_trend=_added(msg, 'valence_trend'),
    )


def _to_face(face: Any) -> FaceObservation:
    x1, y1, x2, y2 = _floats(face.box_xyxy)
    return FaceObservation(
        face_id=int(face.face_id),
        box_xyxy=(x1, y1, x2, y2),
        detection_score=float(face.detection_score),
        quality=float(face.quality),
        probabilities=_floats(face.probabilities),
        yaw=_added(face, 'yaw'),
        roll=_added(face, 'roll'),
        exposure=_added(face, 'exposure'),
        occlusion=_added(face, 'occlusion'),
        sharpness=_added(face, 'sharpness'),
        speaking=_added(face, 'speaking'),
    )


def _added(msg: Any, name: str) -> float:
    """Return a number that version 0.2.0 added; NaN in recordings that are older."""
    return float(getattr(msg, name, NAN))


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _source_status(value: int) -> SourceStatus:
    return SourceStatus(value) if value in tuple(SourceStatus) else SourceStatus.ERROR


def _member(enum: type[E], value: object) -> E:
    try:
        return enum(value)
    except ValueError as error:
        raise InvalidInput('bad_value', f'{value!r} is no {enum.__name__}') from error
