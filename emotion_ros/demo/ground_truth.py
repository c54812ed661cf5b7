# SPDX-License-Identifier: MIT
"""What perfect nodes would answer to a storyboard, its own words taken as the truth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS, Emotion, Sentiment
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.observations import FaceObservation, TextObservation
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.demo.storyboard import Expectation, Picture, Storyboard, View

SURENESS = 0.9
_IDLE_REASONS = {
    Status.NO_INPUT: Reason.NO_INPUT,
    Status.NO_PERSON: Reason.NO_PERSON,
    Status.DISABLED: Reason.DISABLED,
    Status.HOLDING: Reason.STALE,
}


def ideal_faces(view: View, width: int, height: int) -> tuple[FaceObservation, ...]:
    """Return one face per picture of a view of this size (px); its id is its place in the list.

    The box is the picture's, taken as square; an unknown emotion abstains (all NaN).
    """
    return tuple(
        FaceObservation(
            face_id=number,
            box_xyxy=_box(picture, width, height),
            detection_score=1.0,
            quality=1.0,
            probabilities=_sure_of(picture.emotion, EMOTIONS),
        )
        for number, picture in enumerate(view.pictures, start=1)
    )


def ideal_text(sentiment: Sentiment, stamp_s: float) -> TextObservation:
    """Return an utterance in this tone; an unknown one abstains (all NaN)."""
    return TextObservation(stamp_s=stamp_s, sentiment=_sure_of(sentiment, SENTIMENTS))


def ideal_state(storyboard: Storyboard, t_s: float, stamp_s: float) -> EmotionState:
    """Return the state that the expectations up to ``t_s`` describe.

    A field that an expectation leaves open keeps its last value; before all, NO_INPUT.
    """
    belief = _Belief()
    for cue in storyboard.cues:
        if cue.expect is not None and cue.at_s <= t_s:
            belief = belief.after(cue.expect, cue.at_s)
    return belief.to_state(t_s, stamp_s)


@dataclass(frozen=True)
class _Belief:
    status: Status = Status.NO_INPUT
    emotion: Emotion = Emotion.UNKNOWN
    conflict: bool = False
    since_s: float = 0.0

    def after(self, expect: Expectation, at_s: float) -> '_Belief':
        emotion = self.emotion if expect.emotion is None else expect.emotion
        return _Belief(
            status=self.status if expect.status is None else expect.status,
            emotion=emotion,
            conflict=self.conflict if expect.conflict is None else expect.conflict,
            since_s=self.since_s if emotion is self.emotion else at_s,
        )

    def to_state(self, t_s: float, stamp_s: float) -> EmotionState:
        bare = EmotionState(stamp_s, self.status, self._reason(t_s))
        if self.status not in (Status.OK, Status.HOLDING) or self.emotion is Emotion.UNKNOWN:
            return bare
        return replace(
            bare,
            emotion=self.emotion,
            confidence=SURENESS,
            duration_s=t_s - self.since_s,
            probabilities=_sure_of(self.emotion, EMOTIONS),
            conflict=self.conflict,
            summary=f'Storyboard: {self.emotion.label.capitalize()} ({SURENESS:.0%})',
        )

    def _reason(self, t_s: float) -> Reason:
        if self.status is not Status.OK:
            return _IDLE_REASONS[self.status]
        if self.conflict:
            return Reason.CONFLICT
        if self.emotion is Emotion.UNKNOWN:
            return Reason.LOW_CONFIDENCE
        return Reason.DWELL if t_s - self.since_s < FusionConfig().dwell else Reason.NONE


def _sure_of(choice: Emotion | Sentiment, labels: Sequence[str]) -> tuple[float, ...]:
    if choice.label not in labels:
        return (float('nan'),) * len(labels)
    rest = (1.0 - SURENESS) / (len(labels) - 1)
    return tuple(SURENESS if label == choice.label else rest for label in labels)


def _box(picture: Picture, width: int, height: int) -> tuple[float, float, float, float]:
    right, bottom = picture.x + picture.height_px, picture.y + picture.height_px
    return (
        _fraction(picture.x, width),
        _fraction(picture.y, height),
        _fraction(right, width),
        _fraction(bottom, height),
    )


def _fraction(px: int, size_px: int) -> float:
    return min(max(px / size_px, 0.0), 1.0)
