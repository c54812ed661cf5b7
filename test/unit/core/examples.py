# SPDX-License-Identifier: MIT
"""Small real inputs for the tests of the fusion."""

import numpy as np

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.evidence import Evidence
from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.fusion import Fusion
from emotion_ros.core.observations import FaceObservation, FacesObservation, TextObservation

CARD = FusionCard(
    version='test',
    prior=(1 / 7,) * 7,
    sentiment_given_emotion=(
        (0.90, 0.08, 0.02),
        (0.90, 0.08, 0.02),
        (0.90, 0.08, 0.02),
        (0.02, 0.08, 0.90),
        (0.05, 0.90, 0.05),
        (0.90, 0.08, 0.02),
        (0.30, 0.30, 0.40),
    ),
    sharpness=1.4,
    temperature=1.0,
    weights={
        'face': {'face': 1.0},
        'text': {'text': 0.9},
        'voice': {'voice': 0.8},
        'face+text': {'face': 0.8, 'text': 0.6},
        'face+voice': {'face': 0.9, 'voice': 0.4},
        'text+voice': {'text': 0.5, 'voice': 0.3},
        'face+text+voice': {'face': 0.75, 'text': 0.4, 'voice': 0.2},
    },
    provenance={},
)


def sure(emotion: Emotion, confidence: float = 0.94) -> tuple[float, ...]:
    """Return a distribution with this confidence in one emotion and the rest spread evenly."""
    p = np.full(7, (1.0 - confidence) / 6)
    p[emotion] = confidence
    return tuple(float(x) for x in p)


def face(
    emotion: Emotion, face_id: int = 1, confidence: float = 0.94, **changes
) -> FaceObservation:
    """Return a good face in the middle of the image."""
    values = {
        'box_xyxy': (0.4, 0.4, 0.6, 0.6),
        'detection_score': 0.9,
        'quality': 1.0,
        'probabilities': sure(emotion, confidence),
        **changes,
    }
    return FaceObservation(face_id=face_id, **values)


def frame(stamp_s: float, *faces: FaceObservation, **changes) -> FacesObservation:
    """Return one processed frame with these faces."""
    return FacesObservation(stamp_s=stamp_s, frame_id='camera', faces=faces, **changes)


def words(stamp_s: float, sentiment: Sentiment, emotion: Emotion, **changes) -> TextObservation:
    """Return a clear utterance."""
    p = np.full(3, 0.02)
    p[sentiment] = 0.96
    values = {'sentiment': tuple(p), 'emotion': sure(emotion, 0.9), **changes}
    return TextObservation(stamp_s=stamp_s, **values)


def voice(
    stamp_s: float, emotion: Emotion = Emotion.SAD, confidence: float = 0.94, **changes
) -> Evidence:
    """Return the evidence of a clear voice."""
    values = {
        'modality': 'voice',
        'probabilities': sure(emotion, confidence),
        'detail': f'{emotion.label.capitalize()} ({confidence:.0%})',
        **changes,
    }
    return Evidence(stamp_s=stamp_s, **values)


def gesture(stamp_s: float, emotion: Emotion = Emotion.SAD, **changes) -> Evidence:
    """Return a third party's evidence, of a modality without fitted weights."""
    return voice(stamp_s, emotion, 0.94, **{'modality': 'gesture', 'detail': 'Sad', **changes})


def make_fusion(**options) -> Fusion:
    """Return a fusion with default options but these."""
    return Fusion(FusionConfig(**options), CARD)


def play(
    fusion: Fusion, start_s: float, seconds: float, *faces: FaceObservation, rate: float = 20.0
):
    """Show faces at a rate and return every state on the way, the focus person's."""
    states = []
    for i in range(int(seconds * rate) + 1):
        now_s = start_s + i / rate
        fusion.add_faces(frame(now_s, *faces), now_s)
        states.append(fusion.states(now_s)[0])
    return states
