# SPDX-License-Identifier: MIT
"""What the vision and sentiment nodes observed, and the evidence that follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import isfinite, isnan

import numpy as np

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS, Emotion, Sentiment
from emotion_ros.core.evidence import FACE, TEXT, Evidence, Rejection, is_distribution
from emotion_ros.core.sentiment_to_emotion import emotion_from_sentiment
from emotion_ros.core.state import NAN, NO_PROBABILITIES

UNIFORM = (1 / len(EMOTIONS),) * len(EMOTIONS)


class SourceStatus(IntEnum):
    """The status field of FaceEmotionArray and TextSentiment."""

    OK = 0
    DISABLED = 1
    ERROR = 2


@dataclass(frozen=True)
class FaceObservation:
    """One tracked face of a frame; the box is x1, y1, x2, y2 in 0..1 of the image.

    The last six are measures of the picture as in FaceEmotion.msg; NaN: not known.
    """

    face_id: int
    box_xyxy: tuple[float, float, float, float]
    detection_score: float
    quality: float
    probabilities: tuple[float, ...]
    yaw: float = NAN
    roll: float = NAN
    exposure: float = NAN
    occlusion: float = NAN
    sharpness: float = NAN
    speaking: float = NAN

    @property
    def person_id(self) -> str:
        """The identity used in messages: ``face_<face_id>``."""
        return person_id_of(self.face_id)

    @property
    def is_analysed(self) -> bool:
        """Whether the face was classified; that of a paused person is not."""
        return not all(map(isnan, self.probabilities))

    @property
    def is_withheld(self) -> bool:
        """Whether vision_node found this face and did not analyse it: its person is paused.

        That the fusion's rules say otherwise happens after a restart, and in a recording.
        """
        return not self.is_analysed and self.quality == 0.0 < self.detection_score

    def to_evidence(self, stamp_s: float, source: str = '') -> Evidence:
        """Return the evidence of this face about its person."""
        return Evidence(
            modality=FACE,
            stamp_s=stamp_s,
            probabilities=self.probabilities,
            quality=self.quality,
            person_id=self.person_id,
            source=source,
            detail=describe(self.probabilities, EMOTIONS),
        )


@dataclass(frozen=True)
class FacesObservation:
    """All faces of one processed frame; without faces, nobody is in view."""

    stamp_s: float
    frame_id: str = ''
    status: SourceStatus = SourceStatus.OK
    faces: tuple[FaceObservation, ...] = ()
    source: str = ''


@dataclass(frozen=True)
class SentimentResult:
    """The likeliest sentiment of an utterance and its probability.

    ``reject_reason`` is why the utterance does not count, '' when it does.
    """

    sentiment: Sentiment
    confidence: float
    reject_reason: str = ''


@dataclass(frozen=True)
class TextObservation:
    """One scored utterance; ``emotion`` is all NaN when the engine has no emotion head."""

    stamp_s: float
    status: SourceStatus = SourceStatus.OK
    sentiment: tuple[float, ...] = (float('nan'),) * len(SENTIMENTS)
    emotion: tuple[float, ...] = (float('nan'),) * len(EMOTIONS)
    quality: float = 1.0
    person_id: str = ''
    rejection: Rejection = Rejection.NONE
    source: str = ''
    voice_id: str = ''
    binding_confidence: float = 0.0

    @property
    def is_status_only(self) -> bool:
        """Whether there was no utterance: the node only reports its status."""
        return self.rejection is Rejection.NONE and bool(np.isnan(self.sentiment).all())

    def result(self) -> SentimentResult:
        """Return the likeliest sentiment; UNKNOWN and 0 when a probability is not finite."""
        reason = self.rejection.value
        if not all(map(isfinite, self.sentiment)):
            return SentimentResult(Sentiment.UNKNOWN, 0.0, reason)
        best = likeliest(self.sentiment)
        return SentimentResult(Sentiment(best), self.sentiment[best], reason)

    def to_evidence(self, sentiment_given_emotion: Sequence[Sequence[float]]) -> Evidence:
        """Return the evidence of this utterance about the speaker.

        The sentiment is spread over the emotions by P(sentiment | emotion), with the emotion
        head, or nothing when there is none, as the prior; all NaN when either is malformed.
        """
        probabilities = NO_PROBABILITIES
        emotion = UNIFORM if all(map(isnan, self.emotion)) else self.emotion
        if is_distribution(self.sentiment, len(SENTIMENTS)) and is_distribution(emotion):
            table = np.asarray(sentiment_given_emotion)
            spread = emotion_from_sentiment(np.array(self.sentiment), table, np.array(emotion))
            probabilities = tuple(spread.tolist())
        return Evidence(
            modality=TEXT,
            stamp_s=self.stamp_s,
            probabilities=probabilities,
            quality=self.quality,
            person_id=self.person_id,
            source=self.source,
            detail=describe(self.sentiment, SENTIMENTS),
            valence=self.sentiment[Sentiment.POSITIVE] - self.sentiment[Sentiment.NEGATIVE],
            rejection=self.rejection,
        )


def person_id_of(face_id: int) -> str:
    """Return the identity of a tracked face, as used in messages."""
    return f'face_{face_id}'


def describe(probabilities: Sequence[float], labels: Sequence[str]) -> str:
    """Return the best label and its probability in words, such as ``Happy (98%)``, or ''."""
    if len(probabilities) != len(labels) or not all(map(isfinite, probabilities)):
        return ''
    best = likeliest(probabilities)
    return f'{labels[best].capitalize()} ({probabilities[best]:.0%})'


def decide(probabilities: Sequence[float]) -> tuple[Emotion, float]:
    """Return the likeliest emotion and its probability; UNKNOWN and 0 for none or NaN."""
    if len(probabilities) != len(EMOTIONS) or not all(map(isfinite, probabilities)):
        return Emotion.UNKNOWN, 0.0
    best = likeliest(probabilities)
    return Emotion(best), float(probabilities[best])


def likeliest(probabilities: Sequence[float]) -> int:
    """Return the index of the largest; the first of equal ones."""
    return max(range(len(probabilities)), key=probabilities.__getitem__)
