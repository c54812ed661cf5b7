# SPDX-License-Identifier: MIT
"""Small real detectors, networks and engines that say what a test wants."""

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import numpy as np

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.perception.models.card import ImageInput, ModelCard, OutputHead
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.engine import TextPrediction
from emotion_ros.perception.text.pipeline import TextPipeline


class BrightSpots:
    """Finds one face wherever the picture is not black, all of it."""

    name = 'bright_spots'

    def detect(self, image_bgr) -> list[FaceBox]:
        """Return the box around the bright pixels."""
        rows, columns = np.nonzero(image_bgr.max(axis=2) > 30)
        if not len(rows):
            return []
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        return [FaceBox(tuple(float(x) for x in box), 0.9, None)]


class SayingHappy:
    """A face network that says happy, or does whatever ``mood`` does."""

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

    def __init__(self, mood: Callable[[], None] = lambda: None) -> None:
        self._mood = mood

    def classify(self, crops):
        """Return 94 % happy for every crop."""
        self._mood()
        p = np.full((len(crops), 7), 0.01)
        p[:, 3] = 0.94
        return p


class KnowingWords:
    """A text engine that knows two words."""

    name, sha256 = 'knowing_words', '0' * 64

    def __init__(self, mood: Callable[[], None] = lambda: None) -> None:
        self._mood = mood

    def classify(self, text: str) -> TextPrediction:
        """Return positive for happy, negative for terrible, else neutral."""
        self._mood()
        best = 2 if 'happy' in text.lower() else 0 if 'terrible' in text.lower() else 1
        sentiment = np.full(3, 0.02)
        sentiment[best] = 0.96
        return TextPrediction(sentiment, np.full(7, np.nan), tokens=6, known=6, truncated=False)


def vision_of(network: SayingHappy) -> Callable[[VisionConfig], FacePipeline]:
    """Return the factory that a VisionNode takes."""
    return lambda config: FacePipeline(BrightSpots(), network, config)


def text_of(engine: KnowingWords) -> Callable[[SentimentConfig], TextPipeline]:
    """Return the factory that a SentimentNode takes."""
    return lambda config: TextPipeline(config, engine)


class Moods:
    """A mood that can be changed while a node runs: fine, failing, hung."""

    def __init__(self, *moods: str) -> None:
        self.calls = 0
        self.released = Event()
        self._moods: Sequence[str] = moods

    def __call__(self) -> None:
        """Act out the mood of this call; after the last one all is fine."""
        mood = self._moods[self.calls] if self.calls < len(self._moods) else 'fine'
        self.calls += 1
        if mood == 'raise':
            raise RuntimeError('the network is ill')
        if mood == 'nan':
            raise InvalidInput('bad_output', 'emotion holds NaN or infinity')
        if mood == 'hang':
            self.released.wait(timeout=10.0)
