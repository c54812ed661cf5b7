# SPDX-License-Identifier: MIT
"""Observations as plain data with the field names of the messages that carry them."""

import numpy as np

from emotion_ros.conversions.state_fields import Fields, header
from emotion_ros.core.emotions import Sentiment
from emotion_ros.core.evidence import Evidence
from emotion_ros.core.observations import (
    FaceObservation,
    FacesObservation,
    TextObservation,
    Tone,
    decide,
)
from emotion_ros.core.valence_arousal import valence_arousal


def faces_to_fields(faces: FacesObservation) -> Fields:
    """Return the fields of FaceEmotionArray, but for the image's size."""
    return {
        'header': header(faces.stamp_s, faces.frame_id),
        'status': int(faces.status),
        'faces': [_face_to_fields(face) for face in faces.faces],
    }


def text_to_fields(text: TextObservation) -> Fields:
    """Return the fields of TextSentiment, but for words and language."""
    tone = tone_of(text)
    return {
        'header': header(text.stamp_s),
        'status': int(text.status),
        'reason': text.rejection.value,
        'person_id': text.person_id,
        'sentiment': int(tone.sentiment),
        'confidence': tone.confidence,
        'sentiment_probabilities': text.sentiment,
        'emotion_probabilities': text.emotion,
        'quality': text.quality,
    }


def tone_of(text: TextObservation) -> Tone:
    """Return the likeliest sentiment and its probability; UNKNOWN and 0 when there is none."""
    refusal = text.rejection.value
    if not np.isfinite(text.sentiment).all():
        return Tone(Sentiment.UNKNOWN, 0.0, refusal)
    best = int(np.argmax(text.sentiment))
    return Tone(Sentiment(best), text.sentiment[best], refusal)


def third_party_to_fields(evidence: Evidence) -> Fields:
    """Return the fields of EmotionEvidence that its sender fills in."""
    return {
        'header': header(evidence.stamp_s),
        'modality': evidence.modality,
        'source': evidence.source,
        'person_id': evidence.person_id,
        'probabilities': evidence.probabilities,
        'quality': evidence.quality,
        'detail': evidence.detail,
    }


def _face_to_fields(face: FaceObservation) -> Fields:
    emotion, confidence = decide(face.probabilities)
    valence, arousal = valence_arousal(np.asarray(face.probabilities))
    return {
        'face_id': face.face_id,
        'box_xyxy': face.box_xyxy,
        'detection_score': face.detection_score,
        'quality': face.quality,
        'probabilities': face.probabilities,
        'emotion': int(emotion),
        'confidence': confidence,
        'valence': valence,
        'arousal': arousal,
    }
