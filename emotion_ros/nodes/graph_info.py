# SPDX-License-Identifier: MIT
"""What the graph holds about one topic."""

from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy

from emotion_ros.core.graph_checks import InputTopic, Publisher

OURS = '/emotion/debug_image'


def describe_input(node: Node, topic: str, kind: str, received: int = 0) -> InputTopic:
    """Return the publishers of a topic (its full name) and other topics of its type."""
    publishers = tuple(
        Publisher(
            info.node_name,
            info.topic_type,
            info.qos_profile.reliability != ReliabilityPolicy.BEST_EFFORT,
        )
        for info in node.get_publishers_info_by_topic(topic)
    )
    return InputTopic(topic, kind, publishers, received, _alternatives(node, topic, kind))


def _alternatives(node: Node, topic: str, kind: str) -> tuple[str, ...]:
    known = node.get_topic_names_and_types()
    same = [name for name, kinds in known if kind in kinds and name != topic]
    return tuple(n for n in same if node.count_publishers(n) and not n.endswith(OURS))
