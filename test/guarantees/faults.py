# SPDX-License-Identifier: MIT
"""Engines and pipelines that are slow or ill, small and real, to be put into real nodes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Event
from time import sleep, time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import FacePipeline, FaceReport
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.models.card import load_card
from emotion_ros.perception.text.classifier import TextClassifier, load_tokenizer
from emotion_ros.perception.text.pipeline import TextPipeline
from fakes import BrightRegionDetector, HappyFaceClassifier

HANG_S = 10.0

Logits = list[NDArray[np.float32]]


@dataclass(frozen=True)
class Inference:
    """One image being looked at: its stamp, begin and end (ROS time, s)."""

    stamp_s: float
    began_s: float
    ended_s: float


class SlowPipeline(FacePipeline):
    """Takes ``duration_s`` for every image; ``on_begin`` is called, with its stamp, before."""

    def __init__(
        self, duration_s: float, on_begin: Callable[[float], None] = lambda _: None
    ) -> None:
        super().__init__(BrightRegionDetector(), HappyFaceClassifier(), VisionConfig())
        self.inferences: list[Inference] = []
        self._duration_s = duration_s
        self._on_begin = on_begin

    def process(self, image_bgr: ImageArray, stamp_s: float) -> FaceReport:
        """Look at one image for long."""
        began_s = time()
        self._on_begin(stamp_s)
        sleep(self._duration_s)  # it plays a slow network: nobody waits here for a condition
        report = super().process(image_bgr, stamp_s)
        self.inferences.append(Inference(stamp_s, began_s, time()))
        return report


class IllBackend:
    """An engine that is sure of the same label of each head, until it is told to be ill."""

    def __init__(self, widths: tuple[int, ...], label: int, illness: str) -> None:
        self.is_ill = False
        self.calls = 0
        self.released = Event()
        self._widths, self._label = widths, label
        self._illness = ILLNESSES[illness]

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> Logits:
        """Return one row of logits per input, or act out the illness."""
        self.calls += 1
        rows = len(next(iter(inputs.values())))
        logits = [np.zeros((rows, width), np.float32) for width in self._widths]
        for head in logits:
            head[:, min(self._label, head.shape[1] - 1)] = 5.0
        return self._illness(self, logits) if self.is_ill else logits


def _raise(_: IllBackend, logits: Logits) -> Logits:
    raise RuntimeError('the device is lost')


def _hang(backend: IllBackend, logits: Logits) -> Logits:
    backend.released.wait(HANG_S)
    return logits


ILLNESSES: Mapping[str, Callable[[IllBackend, Logits], Logits]] = {
    'raises': _raise,
    'nan': lambda _, logits: [head * np.nan for head in logits],
    'wrong_width': lambda _, logits: [head[:, :-1] for head in logits],
    'wrong_rank': lambda _, logits: [head[0] for head in logits],
    'no_output': lambda _, logits: [],
    'hangs': _hang,
}


def face_backend(illness: str) -> IllBackend:
    """Return an engine for a face network that is sure of happy."""
    return IllBackend((7,), 3, illness)


def text_backend(illness: str) -> IllBackend:
    """Return an engine for a text network that is sure of positive, and of happy."""
    return IllBackend((3, 7), 3, illness)


def vision_with(backend: IllBackend) -> Callable[[VisionConfig], FacePipeline]:
    """Return the factory that a VisionNode takes."""
    classifier = FaceClassifier(HappyFaceClassifier.card, backend)
    return lambda config: FacePipeline(
        BrightRegionDetector(), classifier, replace(config, detect_every=1)
    )


def sentiment_with(backend: IllBackend) -> Callable[..., TextPipeline]:
    """Return the factory that a SentimentNode takes."""
    card = load_card(packaged_weights() / 'text_emotion.json')
    engine = TextClassifier(card, backend, load_tokenizer(card))
    return lambda config: TextPipeline(config, engine)
