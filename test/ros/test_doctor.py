# SPDX-License-Identifier: MIT
"""emotion-ros doctor on real graphs, most of them deliberately broken."""

from collections.abc import Callable
from functools import partial
from itertools import count
from time import monotonic

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from std_msgs.msg import String

from consult import consult, examine, problems
from emotion_ros.cli.main import main
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.graph.remedies import remedy
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from graph import Graph

LATE_S = 2.5
BEST_EFFORT = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)


def start_nodes(graph: Graph, **parameters: bool) -> None:
    graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier()), **parameters)
    graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()), **parameters)
    graph.add(FusionNode, **parameters)


def picture(graph: Graph, encoding: str = 'bgr8') -> Image:
    data = np.zeros((4, 4, 3), np.uint8).tobytes()
    msg = Image(height=4, width=4, step=12, encoding=encoding, data=data)
    msg.header.stamp = graph.tester.get_clock().now().to_msg()
    return msg


def camera_and_speech(graph: Graph) -> Callable[[], None]:
    """Return what publishes an image and words."""
    images, speech = graph.publisher(Image, 'image'), graph.publisher(String, 'speech')

    def publish() -> None:
        images.publish(picture(graph))
        speech.publish(String(data='happy'))

    return publish


def test_a_healthy_graph(graph):
    start_nodes(graph)
    findings = consult(graph, camera_and_speech(graph))
    assert problems(findings) == ''
    said = '\n'.join(finding.what for finding in findings)
    assert 'vision_node runs, fake.onnx 1 000000000000' in said
    assert '/image: ' in said and 'bgr8' in said
    assert '/speech: ' in said
    assert 'emotion_state: ' in said


def test_a_short_survey_is_long_enough_for_diagnostics(graph):
    start_nodes(graph)
    assert problems(consult(graph, camera_and_speech(graph), seconds=0.1)) == ''


def test_a_node_that_is_discovered_late(graph):
    graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    graph.add(FusionNode)
    began_s, late = monotonic(), []

    def start_vision() -> None:
        if not late and monotonic() - began_s > LATE_S:
            late.append(graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier())))

    said = [finding.what for finding in consult(graph, start_vision)]
    assert 'vision_node runs, fake.onnx 1 000000000000' in said


def test_a_robot_without_a_camera(graph):
    graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    graph.add(FusionNode)
    speech = graph.publisher(String, 'speech')
    findings = consult(graph, lambda: speech.publish(String(data='happy')))
    assert problems(findings) == ''
    assert 'vision_node does not run' in [finding.what for finding in findings]


def test_another_robot_is_not_asked(graph):
    graph.add(FusionNode)
    graph.stop_serving(graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine())))
    graph.add(partial(SentimentNode, namespace='/r2'), text_pipeline_factory(KeywordTextEngine()))
    graph.add(partial(VisionNode, namespace='/r2'), face_pipeline_factory(HappyFaceClassifier()))
    said = problems(consult(graph))
    assert 'vision_node does not run' in said
    assert 'sentiment_node is in the graph but sent no diagnostics' in said


def test_a_camera_on_another_topic_and_a_best_effort_recogniser(graph):
    start_nodes(graph)
    camera = graph.tester.create_publisher(Image, '/cam0/image_raw', 1)
    graph.tester.create_publisher(String, 'speech', BEST_EFFORT)
    findings = consult(graph, lambda: camera.publish(picture(graph)))
    said = problems(findings)
    assert 'no node publishes /image; there is /cam0/image_raw' in said
    assert 'tester publishes best effort' in said
    assert any('image_topic:=/cam0/image_raw' in remedy(finding) for finding in findings)


def test_an_unknown_encoding(graph):
    start_nodes(graph)
    camera = graph.publisher(Image, 'image')
    findings = consult(graph, lambda: camera.publish(picture(graph, '32FC1')))
    assert 'unsupported_encoding' in problems(findings)


def test_a_dead_node_and_one_that_hangs(graph):
    graph.add(FusionNode)
    hung = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    graph.stop_serving(hung)
    said = problems(consult(graph))
    assert 'vision_node does not run' in said
    assert 'sentiment_node is in the graph but sent no diagnostics' in said


def test_simulated_time_without_a_clock(graph):
    start_nodes(graph, use_sim_time=True)
    assert 'use_sim_time is true and no node publishes /clock' in problems(consult(graph))


def test_simulated_time_with_a_clock(graph):
    start_nodes(graph, use_sim_time=True)
    clock, images = graph.publisher(Clock, '/clock'), graph.publisher(Image, 'image')
    recorded = picture(graph)
    ticks = count(1)

    def play() -> None:
        recorded.header.stamp = Time(sec=1000, nanosec=next(ticks) * 1_000_000)
        clock.publish(Clock(clock=recorded.header.stamp))
        images.publish(recorded)

    said = [finding.what for finding in consult(graph, play)]
    assert 'the time is that of /clock' in said
    assert any(words.startswith('/image: ') for words in said)
    assert not [words for words in said if 'the clock here' in words]


def test_speech_is_told_from_what_the_robot_says(graph, rig):
    start_nodes(graph)
    rig.create_publisher(String, 'robot_speech', 10)
    snapshot = examine(graph)
    assert snapshot.speech.topic == '/speech'
    assert snapshot.speech.publishers == ()


def test_a_node_in_another_namespace_is_named(graph):
    graph.add(partial(FusionNode, namespace='/r1'))
    (finding,) = consult(graph)
    assert 'there are some in /r1' in finding.what
    assert remedy(finding) == 'emotion-ros doctor --namespace /r1'


@pytest.mark.usefixtures('ros_domain')
def test_a_node_of_another_name_is_told(graph):
    """As name= in a launch file makes it; turns red when nodes are only found by their names."""
    renamed = ['--ros-args', '-r', '__node:=eyes']
    make = face_pipeline_factory(HappyFaceClassifier())
    graph.add(partial(VisionNode, cli_args=renamed), make)
    found = consult(graph)
    assert '/eyes publishes the results of vision_node' in problems(found)
    assert 'no emotion_ros node found' not in problems(found)


def test_an_empty_graph_is_a_problem_with_an_exit_code(capsys):
    assert main(['doctor', '--for', '0.2', '--json']) == 1
    assert 'no emotion_ros node found' in capsys.readouterr().out
