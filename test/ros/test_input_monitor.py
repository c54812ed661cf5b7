# SPDX-License-Identifier: MIT
"""Nodes that log once which node feeds an input, or why none does."""

import re
from array import array

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rcl_interfaces.msg import Log
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from std_msgs.msg import Header, String

from emotion_ros.msg import FaceEmotionArray
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.inputs.input_monitor import PATIENCE_S
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from sim_time import happy_faces

WARNED_S = 6.0
YEAR_S = 31_536_000.0


@pytest.fixture
def logs(graph) -> list[Log]:
    return graph.listen(Log, '/rosout', 100)


def test_a_silent_camera_is_logged_once_with_its_cause(graph, logs):
    graph.tester.create_publisher(Image, '/cam0/image_raw', 1)
    node = graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier()))
    warnings = lambda: [m.msg for m in logs if m.name == 'vision_node' and m.level >= 30]  # noqa: E731
    graph.until(warnings, 'the warning')
    node.check_and_report()
    node.check_and_report()
    (warning,) = warnings()
    assert 'no node publishes /image; there is /cam0/image_raw' in warning
    (waited_s,) = re.findall(r'\(after (\d+) s\)', warning)
    assert int(waited_s) >= PATIENCE_S


def test_the_first_image_is_logged_with_its_source(graph, logs):
    graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier()))
    camera = graph.publisher(Image, 'image')
    pixels = np.zeros((4, 4, 3), np.uint8).tobytes()

    image = Image(height=4, width=4, step=12, encoding='bgr8', data=pixels)
    logged = lambda: [m.msg for m in logs if m.name == 'vision_node']  # noqa: E731
    lines = graph.until(logged, 'the line', publish=lambda: camera.publish(image))
    assert lines == ['/image: first message received from tester']


def test_a_recogniser_that_is_there_but_silent_is_no_reason_to_warn(graph, logs):
    graph.tester.create_publisher(String, 'speech', 10)
    node = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    until_s = node.steady_s() + PATIENCE_S + 1.0
    graph.until(lambda: node.steady_s() > until_s, 'some seconds')
    assert [m.msg for m in logs if m.name == 'sentiment_node'] == []


def test_without_clock_only_that_is_logged_and_patience_begins_with_it(graph, logs):
    node = graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier()), use_sim_time=True)
    warnings = lambda: [m.msg for m in logs if m.name == 'vision_node' and m.level >= 30]  # noqa: E731
    until_s = node.steady_s() + PATIENCE_S + 2.0
    graph.until(warnings, 'the warning')
    graph.until(lambda: node.steady_s() > until_s, 'some seconds')
    (warning,) = warnings()
    assert 'nothing has come on /clock' in warning
    clock = graph.publisher(Clock, '/clock')
    clock.publish(Clock(clock=Time(sec=100)))
    graph.until(lambda: node.now_s() > 0.0, 'the time')
    node.check_and_report()
    assert len(warnings()) == 1


def picture(graph, *, age_s: float = 0.0, **changes) -> Image:
    """Return an image of the camera; ``age_s`` is how far its stamp is behind the clock."""
    data = array('B', bytes(64 * 48 * 3))
    msg = Image(height=48, width=64, step=192, encoding='bgr8', data=data)
    stamp_s = graph.tester.get_clock().now().nanoseconds / 1e9 - age_s
    msg.header.stamp = Time(sec=int(stamp_s), nanosec=int(stamp_s % 1 * 1e9))
    for name, value in changes.items():
        setattr(msg, name, value)
    return msg


# What is published, and what the one warning of the node contains.
REJECTED = [
    ({'encoding': '32FC1'}, 'unsupported_encoding', '32FC1', 'let the camera publish bgr8'),
    ({'step': 0}, 'bad_step', '64x48', 'a fault of the driver'),
    ({'height': 480}, 'short_data', '64x480', 'fewer bytes'),
    ({'age_s': YEAR_S}, 'stale', 's behind the clock here', '--clock'),
    ({'age_s': -37.0}, 'future', 's ahead of the clock here', 'compare the clocks'),
    ({'header': Header(stamp=Time(sec=60))}, 'stale', 'do not count from 1970', 'power-on'),
]


@pytest.mark.parametrize(('changes', 'reason', 'came', 'cure'), REJECTED)
def test_images_that_are_all_rejected_are_logged_once_with_what_came(
    graph, logs, changes, reason, came, cure
):
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier()))
    camera = graph.publisher(Image, 'image')
    warnings = lambda: [m.msg for m in logs if m.name == 'vision_node' and m.level >= 30]  # noqa: E731

    bad_image = lambda: camera.publish(picture(graph, **changes))  # noqa: E731
    graph.until(warnings, 'the warning', WARNED_S, bad_image)
    (warning,) = warnings()
    assert warning.startswith('/image: all ')
    since = '' if reason == 'unsupported_encoding' else ' for 3 s'  # that is told at once
    assert f'are refused{since}: {reason}' in warning
    assert came in warning and cure in warning
    levels = lambda: [(s.level, s.message) for m in diagnostics for s in m.status]  # noqa: E731
    bad = (DiagnosticStatus.WARN, f'refuses all messages: {reason}')
    graph.until(lambda: levels()[-1] == bad, 'its diagnostics', publish=bad_image)
    is_well = lambda: levels()[-1] == (DiagnosticStatus.OK, 'running')  # noqa: E731
    graph.until(is_well, 'good diagnostics', publish=lambda: camera.publish(picture(graph)))
    assert warnings() == [warning]


def test_images_that_are_rejected_after_a_success_are_logged(graph, logs):
    node = graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier()))
    camera = graph.publisher(Image, 'image')
    warnings = lambda: [m.msg for m in logs if m.name == 'vision_node' and m.level >= 30]  # noqa: E731
    used = lambda: node.statistics.counts()['processed']  # noqa: E731
    graph.until(used, 'an image', publish=lambda: camera.publish(picture(graph)))
    bad_image = lambda: camera.publish(picture(graph, encoding='32FC1'))  # noqa: E731
    graph.until(warnings, 'the warning', WARNED_S, bad_image)
    assert 'unsupported_encoding' in warnings()[0]


def test_after_the_warning_the_log_says_that_images_come(graph, logs):
    graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier()))
    lines = lambda: [m.msg for m in logs if m.name == 'vision_node']  # noqa: E731
    graph.until(lines, 'the warning')
    camera = graph.publisher(Image, 'image')
    show = lambda: camera.publish(picture(graph))  # noqa: E731
    graph.until(lambda: len(lines()) > 1, 'the line', publish=show)
    assert lines()[1] == '/image: first message received from tester'


@pytest.mark.parametrize(
    ('msg_type', 'name', 'cure'),
    [(Header, 'std_msgs/msg/Header', 'publish std_msgs/msg/String')],
)
def test_speech_of_another_type_is_logged_once(graph, rig, logs, msg_type, name, cure):
    node = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    rig.create_publisher(msg_type, 'speech', 10)
    warnings = lambda: [m.msg for m in logs if m.name == 'sentiment_node' and m.level >= 30]  # noqa: E731
    graph.until(warnings, 'the warning')
    node.check_and_report()
    (warning,) = warnings()
    assert f'/speech is {name} of rig, not std_msgs/msg/String' in warning
    assert cure in warning


def test_faces_that_are_all_too_late_for_the_fusion_are_told_once(graph, logs):
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    graph.add(FusionNode)
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')
    warnings = lambda: [m.msg for m in logs if m.name == 'fusion_node' and m.level >= 30]  # noqa: E731

    def publish(age_s: float) -> None:
        faces.publish(happy_faces(graph.tester.get_clock().now().nanoseconds / 1e9 - age_s))

    late, in_time = lambda: publish(1.5), lambda: publish(0.0)
    graph.until(warnings, 'the warning', WARNED_S, late)
    (warning,) = warnings()
    assert '/emotion/faces: all ' in warning
    assert 'are refused: stale' in warning
    assert 'raise vision_timeout and face_fresh_for' in warning
    levels = lambda: [(s.level, s.message) for m in diagnostics for s in m.status]  # noqa: E731
    is_bad = lambda: levels()[-1][0] == DiagnosticStatus.WARN  # noqa: E731
    graph.until(is_bad, 'its diagnostics', publish=late)
    is_well = lambda: levels()[-1] == (DiagnosticStatus.OK, 'running')  # noqa: E731
    graph.until(is_well, 'good diagnostics', publish=in_time)
    assert warnings() == [warning]
