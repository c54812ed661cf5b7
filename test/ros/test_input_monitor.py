# SPDX-License-Identifier: MIT
"""Nodes that say why nothing comes, once, and where it comes from."""

import re

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from rcl_interfaces.msg import Log
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from std_msgs.msg import String

from emotion_ros.nodes.input_monitor import PATIENCE_S
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from fakes import KnowingWords, SayingHappy, text_of, vision_of


@pytest.fixture
def said(graph) -> list[Log]:
    return graph.listen(Log, '/rosout', 100)


def test_a_silent_camera_is_told_once_with_its_cause(graph, said):
    graph.tester.create_publisher(Image, '/cam0/image_raw', 1)
    node = graph.add(VisionNode, vision_of(SayingHappy()))
    warnings = lambda: [m.msg for m in said if m.name == 'vision_node' and m.level >= 30]  # noqa: E731
    graph.until(warnings, 'the warning')
    node._on_second()
    node._on_second()
    (warning,) = warnings()
    assert 'no node publishes /image; there is /cam0/image_raw' in warning
    (waited_s,) = re.findall(r'\(after (\d+) s\)', warning)
    assert int(waited_s) >= PATIENCE_S


def test_the_first_image_is_told_with_its_source(graph, said):
    graph.add(VisionNode, vision_of(SayingHappy()))
    camera = graph.publisher(Image, 'image')
    pixels = np.zeros((4, 4, 3), np.uint8).tobytes()

    def told() -> list[str]:
        camera.publish(Image(height=4, width=4, step=12, encoding='bgr8', data=pixels))
        return [m.msg for m in said if m.name == 'vision_node']

    lines = graph.until(told, 'the line')
    assert lines == ['/image: first message received from tester']


def test_a_recogniser_that_is_there_but_silent_is_no_reason_to_warn(graph, said):
    graph.tester.create_publisher(String, 'speech', 10)
    node = graph.add(SentimentNode, text_of(KnowingWords()))
    graph.until(lambda: node.steady_s() - node._created_s > PATIENCE_S + 1.0, 'some seconds')
    assert [m.msg for m in said if m.name == 'sentiment_node'] == []


def test_without_clock_only_that_is_told_and_patience_begins_with_it(graph, said):
    node = graph.add(VisionNode, vision_of(SayingHappy()), use_sim_time=True)
    warnings = lambda: [m.msg for m in said if m.name == 'vision_node' and m.level >= 30]  # noqa: E731
    graph.until(warnings, 'the warning')
    graph.until(lambda: node.steady_s() - node._created_s > PATIENCE_S + 2.0, 'some seconds')
    (warning,) = warnings()
    assert 'nothing has come on /clock' in warning
    clock = graph.publisher(Clock, '/clock')
    clock.publish(Clock(clock=Time(sec=100)))
    graph.until(lambda: node.now_s() > 0.0, 'the time')
    node._on_second()
    assert len(warnings()) == 1
