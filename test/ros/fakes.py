# SPDX-License-Identifier: MIT
"""Small real detectors, classifiers and engines with fixed results."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import numpy as np

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.perception.models.card import ModelCard
from emotion_ros.perception.models.signature import ImageInput, OutputHead
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.engine import TextEngine, TextPrediction
from emotion_ros.perception.text.pipeline import TextPipeline
from emotion_ros.perception.voice.activity import EnergyDetector
from emotion_ros.perception.voice.classifier import VoicePrediction
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.pipeline import VoicePipeline


class BrightRegionDetector:
    """Detects one face: everything in the image that is not black."""

    name = 'bright_region'

    def detect(self, image_bgr) -> list[FaceBox]:
        """Return the box around the bright pixels."""
        rows, columns = np.nonzero(image_bgr.max(axis=2) > 30)
        if not len(rows):
            return []
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        return [FaceBox(tuple(float(x) for x in box), 0.9, None)]


class HappyFaceClassifier:
    """Classifies every face as happy, after a call of ``fault``."""

    card = ModelCard(
        path=Path('fake.json'),
        task='face_emotion',
        file='fake.onnx',
        sha256='0' * 64,
        version='1',
        input=ImageInput('image', 48, 48, 'gray', (128.0,), (64.0,)),
        outputs=(OutputHead('emotion', EMOTIONS, 1.0),),
    )
    crop_size = (48, 48)

    def __init__(self, fault: Callable[[], None] = lambda: None) -> None:
        self._fault = fault

    def classify(self, crops):
        """Return 94 % happy for every crop."""
        self._fault()
        p = np.full((len(crops), 7), 0.01)
        p[:, 3] = 0.94
        return p


class KeywordTextEngine:
    """Scores text by two words, after a call of ``fault``."""

    name, sha256 = 'keywords', '0' * 64

    def __init__(self, fault: Callable[[], None] = lambda: None) -> None:
        self._fault = fault

    def classify(self, text: str) -> TextPrediction:
        """Return positive for happy, negative for terrible, else neutral."""
        self._fault()
        best = 2 if 'happy' in text.lower() else 0 if 'terrible' in text.lower() else 1
        sentiment = np.full(3, 0.02)
        sentiment[best] = 0.96
        return TextPrediction(sentiment, np.full(7, np.nan), tokens=6, known=6, truncated=False)


def face_pipeline_factory(
    classifier: HappyFaceClassifier,
) -> Callable[[VisionConfig], FacePipeline]:
    """Return the factory that a VisionNode takes."""
    return lambda config: FacePipeline(BrightRegionDetector(), classifier, config)


def text_pipeline_factory(engine: TextEngine) -> Callable[[SentimentConfig], TextPipeline]:
    """Return the factory that a SentimentNode takes."""
    return lambda config: TextPipeline(config, engine)


class FaultSequence:
    """One fault per call: raise, nan or hang; none after the last."""

    def __init__(self, *faults: str) -> None:
        self.calls = 0
        self.released = Event()
        self._faults: Sequence[str] = faults

    def __call__(self) -> None:
        """Inject the fault of this call."""
        fault = self._faults[self.calls] if self.calls < len(self._faults) else ''
        self.calls += 1
        if fault == 'raise':
            raise RuntimeError('the classifier failed')
        if fault == 'nan':
            raise InvalidInput('bad_output', 'emotion holds NaN or infinity')
        if fault == 'hang':
            self.released.wait(timeout=10.0)


class AngryVoiceClassifier:
    """Classifies every segment as angry, after a call of ``fault``; not speech when it is low."""

    name, sha256 = 'angry_voice', '0' * 64

    def __init__(self, fault: Callable[[], None] = lambda: None) -> None:
        self._fault = fault
        self.segments = 0

    def classify(self, samples) -> VoicePrediction:
        """Return 88 % angry."""
        self._fault()
        self.segments += 1
        p = np.full(7, 0.02)
        p[0] = 0.88
        return VoicePrediction(p, speech=0.95)


def voice_pipeline_factory(
    classifier: AngryVoiceClassifier,
) -> Callable[[VoiceConfig], VoicePipeline]:
    """Return the factory that a VoiceNode takes; speech is what is louder than before."""
    return lambda config: VoicePipeline(config, classifier, EnergyDetector())
