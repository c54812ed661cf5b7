# SPDX-License-Identifier: MIT
"""The table of topics in the docs is what the nodes open."""

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import ReliabilityPolicy
from rclpy.subscription import Subscription

from emotion_ros.cli.messages import IN, OUT, TOPICS
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.nodes.voice_node import VoiceNode
from fakes import (
    AngryVoiceClassifier,
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
    voice_pipeline_factory,
)

# What rclpy opens by itself, and what the page lists once for every node.
OF_EVERY_NODE = ('rosout', 'parameter_events', 'diagnostics', 'clock')
RELIABILITY = {
    ReliabilityPolicy.BEST_EFFORT: 'best effort',
    ReliabilityPolicy.RELIABLE: 'reliable',
}


def opened(node: Node) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the topics of a node as in the table, without the words."""
    ends = [(IN, s) for s in node.subscriptions] + [(OUT, p) for p in node.publishers]
    named = {(end.topic_name.lstrip('/'), way): described(end) for way, end in ends}
    return {key: value for key, value in named.items() if key[0] not in OF_EVERY_NODE}


def described(end: Publisher | Subscription) -> tuple[str, str]:
    package = end.msg_type.__module__.split('.')[0]
    qos = end.qos_profile
    return f'{package}/{end.msg_type.__name__}', f'{RELIABILITY[qos.reliability]}, {qos.depth}'


def documented(node: str, *, without: str = '') -> dict[tuple[str, str], tuple[str, str]]:
    rows = TOPICS[node].items()
    return {key: (kind, qos) for key, (kind, qos, _) in rows if key[0] != without}


def test_promise_6_topics_of_vision_node(graph):
    raw = graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier()))
    assert opened(raw) == documented('vision_node', without='image/compressed')
    graph.remove(raw)
    compressed = graph.add(
        VisionNode, face_pipeline_factory(HappyFaceClassifier()), image_transport='compressed'
    )
    assert opened(compressed) == documented('vision_node', without='image')


def test_promise_6_topics_of_sentiment_node(graph):
    node = graph.add(SentimentNode, text_pipeline_factory(KeywordTextEngine()))
    assert opened(node) == documented('sentiment_node')


def test_topics_of_voice_node(graph):
    node = graph.add(VoiceNode, voice_pipeline_factory(AngryVoiceClassifier()))
    assert opened(node) == documented('voice_node')


def test_promise_6_topics_of_fusion_node(graph):
    assert opened(graph.add(FusionNode)) == documented('fusion_node')
