# SPDX-License-Identifier: MIT
"""What the graph holds about one topic."""

from dataclasses import replace
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy
from rclpy.topic_endpoint_info import TopicEndpointInfo

from emotion_ros.conversions.speech import SPEECH_TYPES
from emotion_ros.core.graph.snapshot import NAN, InputTopic, Publisher
from emotion_ros.core.graph.source_checks import SPEECH_TYPE
from emotion_ros.core.image_topics import COMPRESSED_IMAGE, IMAGE, Topic
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.core.voice.audio_topics import AUDIO_MESSAGES

NOT_MEANT = (
    '/emotion/debug_image',
    '/emotion/privacy',
    '/emotion/data_processing',
    '/emotion_context',
    '/robot_description',
)
GET_STATE = 'lifecycle_msgs/srv/GetState'
UNKNOWN = 'unknown'
ENDLESS_NS = 10**9 * 3600 * 24 * 365  # some middlewares give 0x7FFFFFFF s for infinity


def describe_input(node: Node, topic: str, msg_type: str, received: int = 0) -> InputTopic:
    """Return the publishers of a topic (its full name) and the other topics that may be meant."""
    managed = managed_nodes(node)
    infos = node.get_publishers_info_by_topic(topic)
    is_image = msg_type in (IMAGE, COMPRESSED_IMAGE)  # whose alternatives may be of any type
    is_speech = msg_type in SPEECH_TYPES
    fitting = AUDIO_MESSAGES if msg_type in AUDIO_MESSAGES else SPEECH_TYPES
    alternatives = tuple(
        Topic(name, types[0])
        for name, types in node.get_topic_names_and_types()
        if name != topic
        and not any(own in name for own in NOT_MEANT)
        and (is_image or types[0] in fitting or (is_speech and SPEECH_TYPE.search(types[0])))
        if node.count_publishers(name)
    )
    return InputTopic(
        topic,
        msg_type,
        tuple(_publisher(info, managed) for info in infos),
        received,
        alternatives,
        namespace=node.get_namespace().rstrip('/'),
    )


def published_types(node: Node, topic: str) -> set[str]:
    """Return the types under which a topic (its full name) is published now."""
    return {info.topic_type for info in node.get_publishers_info_by_topic(topic)}


def names_of_publishers(node: Node, topic: str) -> set[str]:
    """Return the full names of the nodes that publish a topic (its full name)."""
    found = (_publisher(info, set()) for info in node.get_publishers_info_by_topic(topic))
    return {publisher.path or publisher.node for publisher in found}


def unmatched_subscriptions(node: Node, topic: str) -> set[tuple[str, str]]:
    """Return full name and policy of those who ask for more than a reliable, volatile topic."""
    found = set()
    for info in node.get_subscriptions_info_by_topic(topic):
        qos = info.qos_profile
        policies = {
            'transient local': qos.durability == DurabilityPolicy.TRANSIENT_LOCAL,
            'a deadline': qos.deadline.nanoseconds < ENDLESS_NS,
            'a lease of liveliness': qos.liveliness_lease_duration.nanoseconds < ENDLESS_NS,
        }
        wanted = next((policy for policy, is_wanted in policies.items() if is_wanted), '')
        if wanted:
            found.add((f'{info.node_namespace.rstrip("/")}/{info.node_name}', wanted))
    return found


def managed_nodes(node: Node) -> set[str]:
    """Return the full names of the nodes that have a life cycle."""
    services = node.get_service_names_and_types()
    suffix = '/get_state'
    return {name.removesuffix(suffix) for name, types in services if GET_STATE in types}


def with_image(topic: InputTopic, msg: Any, received_s: float) -> InputTopic:
    """Return an input with what an image on it says of itself; ``received_s``: wall clock."""
    stamp = msg.header.stamp
    age_s = received_s - stamp.sec - stamp.nanosec / NANOSECONDS
    return replace(
        topic,
        encoding=getattr(msg, 'encoding', getattr(msg, 'format', '')),
        size=f'{msg.width}x{msg.height}' if hasattr(msg, 'width') else '',
        age_s=age_s if stamp.sec or stamp.nanosec else NAN,
    )


def _publisher(info: TopicEndpointInfo, managed: set[str]) -> Publisher:
    path = f'{info.node_namespace.rstrip("/")}/{info.node_name}'
    is_known = not info.node_name.startswith('_')  # else a name that the middleware makes up
    return Publisher(
        node=info.node_name if is_known else 'an unknown node',
        type=info.topic_type,
        is_reliable=info.qos_profile.reliability != ReliabilityPolicy.BEST_EFFORT,
        path=path if is_known else '',
        lifecycle=UNKNOWN if path in managed else '',
    )
