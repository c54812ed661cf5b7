# SPDX-License-Identifier: MIT
"""What a node can see of the graph around one of its topics."""

from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy

from emotion_ros.core.graph_checks import Input, Publisher

OURS = '/emotion/debug_image'


def see_input(node: Node, topic: str, kind: str, received: int = 0) -> Input:
    """Return who publishes a topic (its full name) and where else its type is published."""
    publishers = tuple(
        Publisher(
            info.node_name,
            info.topic_type,
            info.qos_profile.reliability != ReliabilityPolicy.BEST_EFFORT,
        )
        for info in node.get_publishers_info_by_topic(topic)
    )
    return Input(topic, kind, publishers, received, _elsewhere(node, topic, kind))


def _elsewhere(node: Node, topic: str, kind: str) -> tuple[str, ...]:
    known = node.get_topic_names_and_types()
    same = [name for name, kinds in known if kind in kinds and name != topic]
    return tuple(n for n in same if node.count_publishers(n) and not n.endswith(OURS))
