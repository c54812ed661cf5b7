#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An engine of your own: the packaged face network, run by OpenCV in place of ONNX Runtime.

Replace ``run`` by your accelerator and keep the rest. It is vision_node otherwise, with all its
topics and parameters::

    python3 examples/opencv_engine.py --ros-args -r image:=/camera/image_raw
"""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.files.resources import packaged_weights
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.detectors.factory import make_detector
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.perception.models.card import ModelCard, load_card


class OpenCvBackend:
    """Holds one loaded model, as emotion_ros.perception.models.backend.Backend asks for."""

    def __init__(self, card: ModelCard) -> None:
        self._net = cv2.dnn.readNetFromONNX(np.frombuffer(card.read_model(), np.uint8))
        self._outputs = [head.name for head in card.outputs]

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Return the logits [N, labels], in the order of the card's outputs."""
        for name, value in inputs.items():
            self._net.setInput(value, name)
        return list(self._net.forward(self._outputs))


def make_pipeline(config: VisionConfig) -> FacePipeline:
    """Return the way from an image to faces, with our engine in it."""
    card = load_card(packaged_weights() / 'face_emotion.json')
    classifier = FaceClassifier(card, OpenCvBackend(card))
    detector = make_detector(config.face_detector, config.detector_model, config.detect_width)
    return FacePipeline(detector, classifier, config)


def main() -> None:
    """Run until interrupted."""
    raise SystemExit(run([lambda: VisionNode(make_pipeline)]))


if __name__ == '__main__':
    main()
