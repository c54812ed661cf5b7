# SPDX-License-Identifier: MIT
"""Sends every number of our messages as one of numpy; prints, as JSON, what arrived otherwise.

A program of its own: rclpy reads ROS_PYTHON_CHECK_FIELDS when a message is imported.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from math import isfinite
from typing import Any

import numpy as np
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import Header

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.evidence import Evidence, Rejection
from emotion_ros.core.observations import FaceObservation
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence
from emotion_ros.msg import EmotionState as EmotionStateMsg
from emotion_ros.nodes.messages.speech import StampedUtterance
from emotion_ros.nodes.messages.to_msg import face_to_msg, report_to_msg, state_to_msg
from emotion_ros.perception.text.pipeline import TextReport

P = (0.0, 0.125, 0.125, 0.5, 0.125, 0.125, 0.0)
FACE = FaceObservation(3, (0.25, 0.25, 0.5, 0.75), 0.875, 0.75, P)
REPORT = TextReport('hi', True, 'en', 0.5, '', (0.25, 0.5, 0.25), P, Sentiment.NEUTRAL, 0.5, 0.75)
SAID = StampedUtterance(Utterance('hi'), 0.0, Header(), 0)
STATE = EmotionState(
    stamp_s=7.5,
    status=Status.OK,
    reason=Reason.NONE,
    emotion=Emotion.HAPPY,
    confidence=0.5,
    duration_s=1.5,
    probabilities=P,
    valence=0.25,
    arousal=-0.5,
    evidence=(WeighedEvidence(Evidence('face', 7.25, P, 0.75), 0.875, 0.25, Rejection.NONE),),
    agreement=0.375,
    conflict=True,
)
KINDS = (np.float32, np.float64, np.int64)


def as_numpy(value: Any, kind: type[np.generic]) -> Any:
    """Return the same data with every number of this kind, and every truth as one of numpy."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{f.name: as_numpy(getattr(value, f.name), kind) for f in fields(value)}
        )
    if isinstance(value, tuple):
        return tuple(as_numpy(item, kind) for item in value)
    if isinstance(value, bool):
        return np.bool_(value)
    if isinstance(value, float):
        is_legal = kind is not np.int64 or isfinite(value)
        return kind(value) if is_legal else value
    if isinstance(value, int) and not isinstance(value, Enum):
        return np.int64(value)
    return value


def whole(value: Any) -> Any:
    """Return the same data with every number cut to a whole one, for the kinds that are whole."""
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: whole(getattr(value, f.name)) for f in fields(value)})
    if isinstance(value, tuple):
        return tuple(whole(item) for item in value)
    return float(int(value)) if isinstance(value, float) and isfinite(value) else value


def arrived(to_msg: Callable[[Any], Any], value: Any) -> str:
    msg = to_msg(value)
    return str(deserialize_message(serialize_message(msg), type(msg)))


def lost() -> list[str]:
    """Return the messages that say another thing when their numbers are those of numpy."""
    cases: list[tuple[Any, Callable[[Any], Any]]] = [
        (STATE, lambda state: state_to_msg(state, 8.0)),
        (FACE, face_to_msg),
        (REPORT, lambda report: report_to_msg(report, SAID, include_text=True)),
    ]
    different = []
    for (value, to_msg), kind in ((case, kind) for case in cases for kind in KINDS):
        plain = whole(value) if kind is np.int64 else value
        expected, seen = arrived(to_msg, plain), arrived(to_msg, as_numpy(plain, kind))
        if expected != seen:
            different.append(f'{kind.__name__}: expected {expected}, seen {seen}')
    return different


if __name__ == '__main__':
    is_checked = EmotionStateMsg()._check_fields
    sys.stdout.write(json.dumps({'checked': is_checked, 'lost': lost()}))
