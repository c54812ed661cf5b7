# SPDX-License-Identifier: MIT
"""A photograph, turned, over real DDS into the real vision node: the doctor names the mounting."""

import cv2
import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from sensor_msgs.msg import Image

from consult import consult
from emotion_ros.core.graph.snapshot import Kind
from emotion_ros.demo.storyboard_file import packaged_storyboard
from emotion_ros.nodes.graph.remedies import remedy
from emotion_ros.nodes.messages.to_msg import bgr_to_msg
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.detectors.factory import make_detector
from emotion_ros.perception.face.pipeline import FacePipeline


@pytest.fixture(scope='module')
def engines():
    """Return the packaged detector and classifier, and a portrait in the public domain."""
    portrait = cv2.imread(str(packaged_storyboard().parent / 'demo' / 'astronaut.jpg'))
    return make_detector(), FaceClassifier.load(), cv2.resize(portrait, (400, 400))


@pytest.mark.parametrize(('quarters', 'rotate'), [(1, 270), (2, 180), (3, 90)])
def test_the_doctor_says_how_to_turn_the_images(graph, engines, quarters, rotate):
    detector, classifier, portrait = engines
    turned = np.ascontiguousarray(np.rot90(portrait, -quarters))
    graph.add(VisionNode, lambda config: FacePipeline(detector, classifier, config))
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    images = graph.publisher(Image, 'image')

    def publish() -> None:
        images.publish(bgr_to_msg(turned, graph.tester.get_clock().now().to_msg(), 'camera'))

    told = lambda: any('not upright' in a.status[0].message for a in diagnostics)  # noqa: E731
    graph.until(told, 'the warning', publish=publish)
    found = [f for f in consult(graph, publish, seconds=1.5) if f.kind is Kind.NOT_UPRIGHT]
    assert [f.what for f in found] == ['vision_node: the faces are not upright']
    assert f'set rotate: {rotate} of vision_node' in remedy(found[0])
