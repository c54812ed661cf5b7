# SPDX-License-Identifier: MIT
"""Observations as plain data with the field names of the messages that carry them."""

import numpy as np

from emotion_ros.conversions.state_fields import Fields, header
from emotion_ros.core.observations import (
    FaceObservation,
    FacesObservation,
    TextObservation,
    decide,
)
from emotion_ros.core.valence_arousal import valence_arousal


def faces_to_fields(faces: FacesObservation) -> Fields:
    """Return the fields of FaceEmotionArray, without the image's size."""
    return {
        'header': header(faces.stamp_s, faces.frame_id),
        'status': int(faces.status),
        'faces': [face_to_fields(face) for face in faces.faces],
    }


def text_to_fields(text: TextObservation) -> Fields:
    """Return the fields of TextSentiment, without text and language."""
    result = text.result()
    return {
        'header': header(text.stamp_s),
        'status': int(text.status),
        'reason': result.reject_reason,
        'person_id': text.person_id,
        'sentiment': int(result.sentiment),
        'confidence': result.confidence,
        'sentiment_probabilities': text.sentiment,
        'emotion_probabilities': text.emotion,
        'quality': text.quality,
        'voice_id': text.voice_id,
        'binding_confidence': text.binding_confidence,
    }


def face_to_fields(face: FaceObservation) -> Fields:
    """Return the fields of FaceEmotion."""
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
        'yaw': face.yaw,
        'roll': face.roll,
        'exposure': face.exposure,
        'occlusion': face.occlusion,
        'sharpness': face.sharpness,
        'speaking': face.speaking,
    }
