# SPDX-License-Identifier: MIT
"""The engine of the docs, in a node, as a reader would start it."""

import runpy
from pathlib import Path

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import Image

from emotion_ros.core.emotions import Emotion
from emotion_ros.files.resources import packaged_config, packaged_weights
from emotion_ros.msg import FaceEmotionArray
from emotion_ros.nodes.messages.to_msg import bgr_to_msg
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.perception.models.backend import make_backend
from emotion_ros.perception.models.card import load_card

EXAMPLE = Path(__file__).parents[2] / 'examples' / 'opencv_engine.py'


@pytest.fixture(scope='module')
def example():
    return runpy.run_path(str(EXAMPLE))


def test_opencv_and_onnx_runtime_give_the_same(example):
    card = load_card(packaged_weights() / 'face_emotion.json')
    image = np.random.default_rng(0).normal(size=(3, 1, 48, 48)).astype(np.float32)
    (expected,) = make_backend(card).run({'image': image})
    (logits,) = example['OpenCvBackend'](card).run({'image': image})
    assert logits == pytest.approx(expected, abs=1e-3)


def test_a_node_with_it_recognises_a_happy_face(graph, example):
    found = graph.listen(FaceEmotionArray, 'emotion/faces')
    graph.add(VisionNode, example['make_pipeline'])
    camera = graph.publisher(Image, 'image')
    picture = cv2.imread(str(packaged_config('demo/astronaut.jpg')))

    def show() -> None:
        camera.publish(bgr_to_msg(picture, graph.tester.get_clock().now().to_msg(), 'camera'))

    faces = lambda: [face for array in found for face in array.faces]  # noqa: E731
    assert graph.until(faces, 'a face', publish=show)[0].emotion == Emotion.HAPPY
