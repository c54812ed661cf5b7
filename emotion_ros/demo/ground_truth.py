# SPDX-License-Identifier: MIT
"""Ground truth of a storyboard: the observations and states that its labels describe."""

from collections.abc import Sequence
from dataclasses import replace

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS, Emotion, Sentiment
from emotion_ros.core.evidence import VOICE, Evidence, Rejection
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.observations import FaceObservation, TextObservation, describe
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence
from emotion_ros.demo.storyboard import Storyboard, View

CONFIDENCE = 0.9
_IDLE_REASONS = {
    Status.NO_INPUT: Reason.NO_INPUT,
    Status.NO_PERSON: Reason.NO_PERSON,
    Status.DISABLED: Reason.DISABLED,
    Status.PAUSED: Reason.PAUSED,
    Status.HOLDING: Reason.STALE,
}


def ground_truth_faces(view: View, width: int, height: int) -> tuple[FaceObservation, ...]:
    """Return one face per picture of a view of this size (px), with ids from 1 in their order.

    The box is the picture's, taken as square; an unknown emotion abstains (all NaN).
    """
    faces = []
    for number, picture in enumerate(view.pictures, start=1):
        x, y, side = picture.x, picture.y, picture.height_px
        edges = (x / width, y / height, (x + side) / width, (y + side) / height)
        left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in edges)
        face = FaceObservation(
            face_id=number,
            box_xyxy=(left, top, right, bottom),
            detection_score=1.0,
            quality=1.0,
            probabilities=_distribution(picture.emotion, EMOTIONS),
        )
        faces.append(face)
    return tuple(faces)


def ground_truth_text(sentiment: Sentiment, stamp_s: float) -> TextObservation:
    """Return an utterance with this sentiment; an unknown one abstains (all NaN)."""
    return TextObservation(stamp_s=stamp_s, sentiment=_distribution(sentiment, SENTIMENTS))


def ground_truth_voice(emotion: Emotion, stamp_s: float) -> WeighedEvidence:
    """Return the evidence of a voice with this emotion; all NaN for an unknown one."""
    probabilities = _distribution(emotion, EMOTIONS)
    detail = describe(probabilities, EMOTIONS)
    evidence = Evidence(VOICE, stamp_s, probabilities, source='storyboard', detail=detail)
    return WeighedEvidence(evidence, weight=0.0, age_s=0.0, rejection=Rejection.NONE)


def ground_truth_state(storyboard: Storyboard, t_s: float, stamp_s: float) -> EmotionState:
    """Return the state that the expectations up to ``t_s`` describe, stamped ``stamp_s``.

    A field that an expectation leaves open keeps its last value; before all, NO_INPUT.
    """
    status, emotion, conflict, since_s = Status.NO_INPUT, Emotion.UNKNOWN, False, 0.0
    for cue in storyboard.cues:
        if cue.expect is None or cue.at_s > t_s:
            continue
        status = status if cue.expect.status is None else cue.expect.status
        conflict = conflict if cue.expect.conflict is None else cue.expect.conflict
        if cue.expect.emotion is not None and cue.expect.emotion is not emotion:
            emotion, since_s = cue.expect.emotion, cue.at_s
    duration_s = t_s - since_s
    state = EmotionState(stamp_s, status, _reason(status, emotion, conflict, duration_s))
    if status not in (Status.OK, Status.HOLDING) or emotion is Emotion.UNKNOWN:
        return state
    return replace(
        state,
        emotion=emotion,
        confidence=CONFIDENCE,
        duration_s=duration_s,
        probabilities=_distribution(emotion, EMOTIONS),
        conflict=conflict,
        summary=f'Storyboard: {emotion.label.capitalize()} ({CONFIDENCE:.0%})',
    )


def _reason(status: Status, emotion: Emotion, conflict: bool, duration_s: float) -> Reason:
    if status is not Status.OK:
        return _IDLE_REASONS[status]
    if conflict:
        return Reason.CONFLICT
    if emotion is Emotion.UNKNOWN:
        return Reason.LOW_CONFIDENCE
    return Reason.DWELL if duration_s < FusionConfig().dwell else Reason.NONE


def _distribution(label: Emotion | Sentiment, labels: Sequence[str]) -> tuple[float, ...]:
    """Return CONFIDENCE for one label, the rest spread evenly; NaN when it is not among them."""
    if label.label not in labels:
        return (float('nan'),) * len(labels)
    rest = (1.0 - CONFIDENCE) / (len(labels) - 1)
    return tuple(CONFIDENCE if name == label.label else rest for name in labels)
