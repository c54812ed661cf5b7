# SPDX-License-Identifier: MIT
"""From ROS messages to the core's data, whoever read them.

Works for every object with the fields of the message: those of rclpy and those of a bag.
"""

from typing import Any

from emotion_ros.core.evidence import TEXT, Evidence, Rejection
from emotion_ros.core.observations import (
    FaceObservation,
    FacesObservation,
    SourceStatus,
    TextObservation,
)
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.decode import RawImage

NANOSECONDS = 1_000_000_000


def stamp_to_seconds(stamp: Any) -> float:
    """Return a stamp in seconds; InvalidInput('bad_stamp') when nanosec is no fraction."""
    if stamp.nanosec >= NANOSECONDS:
        raise InvalidInput('bad_stamp', f'nanosec is {stamp.nanosec}')
    return float(stamp.sec + stamp.nanosec / NANOSECONDS)


def msg_to_raw(msg: Any) -> RawImage:
    """Return the fields of a sensor_msgs/Image that the decoder needs; pixels are not copied."""
    return RawImage(
        width=msg.width,
        height=msg.height,
        encoding=msg.encoding,
        step=msg.step,
        is_bigendian=bool(msg.is_bigendian),
        data=msg.data,
    )


def msg_to_faces(msg: Any) -> FacesObservation:
    """Return what a vision node saw; an unknown status counts as an error."""
    return FacesObservation(
        stamp_s=stamp_to_seconds(msg.header.stamp),
        frame_id=msg.header.frame_id,
        status=_source_status(msg.status),
        faces=tuple(_to_face(face) for face in msg.faces),
    )


def msg_to_text(msg: Any) -> TextObservation:
    """Return what a sentiment node heard."""
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
    )


def msg_to_evidence(msg: Any) -> Evidence:
    """Return a third party's evidence, unchecked."""
    return Evidence(
        modality=msg.modality,
        stamp_s=stamp_to_seconds(msg.header.stamp),
        probabilities=_floats(msg.probabilities),
        quality=float(msg.quality),
        person_id=msg.person_id,
        source=msg.source,
        detail=msg.detail,
    )


def _to_face(face: Any) -> FaceObservation:
    x1, y1, x2, y2 = _floats(face.box_xyxy)
    return FaceObservation(
        face_id=int(face.face_id),
        box_xyxy=(x1, y1, x2, y2),
        detection_score=float(face.detection_score),
        quality=float(face.quality),
        probabilities=_floats(face.probabilities),
    )


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _source_status(value: int) -> SourceStatus:
    return SourceStatus(value) if value in tuple(SourceStatus) else SourceStatus.ERROR
