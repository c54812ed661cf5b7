# SPDX-License-Identifier: MIT
"""A subscription to the first of several sources that is published."""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from rclpy.timer import Timer

from emotion_ros.core.image_topics import COMPRESSED, Topic, image_sources
from emotion_ros.errors import MissingDependency
from emotion_ros.nodes.graph.graph_info import published_types
from emotion_ros.nodes.messages.qos import LATCHED, QUEUE_DEPTH
from emotion_ros.nodes.messages.type_names import message_class

CHECK_PERIOD_S = 0.5


class InputSubscription:
    """Takes the messages of one source: the first of those given that is published.

    Until one is, it waits on the first one. It stays with a source while that is published, and
    leaves it only for one that was found twice in succession: a camera announces its topics one
    by one. ``asks_for_all``: what was lost on the way is sent again, where all publishers of the
    source offer that (reliable), unless qos_overrides say otherwise.
    """

    def __init__(
        self,
        node: Node,
        sources: Sequence[Topic],
        on_message: Callable[[Any], None],
        qos: Any,
        *,
        clock: Any,
        asks_for_all: bool = False,
    ) -> None:
        self._node, self._on_message, self._qos = node, on_message, qos
        self._sources = [s for s in sources if message_class(s.type) is not None]
        if not self._sources:
            package = sources[0].type.partition('/')[0]
            apt = f'ros-$ROS_DISTRO-{package.replace("_", "-")}'
            raise MissingDependency(f'{package} is not installed (apt: {apt})')
        self._asks_for_all = asks_for_all
        self._found: Topic | None = None
        # A topic that has another type now cannot be opened: in one process that is an error.
        types = {s: published_types(node, s.name) for s in self._sources}
        free = [s for s in self._sources if not types[s] or s.type in types[s]]
        self._open((free or self._sources)[0])
        self._timer: Timer | None = None
        if len(self._sources) > 1 or asks_for_all:
            self._timer = node.create_timer(CHECK_PERIOD_S, self.update, clock=clock)

    def close(self) -> None:
        """Take no more messages."""
        self._node.destroy_subscription(self._subscription)
        if self._timer is not None:
            self._node.destroy_timer(self._timer)

    @property
    def topic_name(self) -> str:
        """The full name of the topic that is subscribed to now."""
        return str(self._subscription.topic_name)

    @property
    def msg_type(self) -> str:
        """The type of that topic, such as ``sensor_msgs/msg/Image``."""
        return self._source.type

    @property
    def qos(self) -> QoSProfile:
        """The profile of the subscription, with what a user overrides."""
        return self._subscription.qos_profile

    @property
    def publishers(self) -> int:
        """How many publishers the subscription has."""
        return int(self._subscription.get_publisher_count())

    def update(self) -> None:
        """Change to another source when only that is published."""
        if self._is_published(self._source):
            self._found = None
            if self._follows_offer and self._offered(self._source) != self.qos.reliability:
                self._node.destroy_subscription(self._subscription)
                self._open(self._source)
            return
        found = next((s for s in self._sources if self._is_published(s)), None)
        if found is not None and found == self._found:
            self._node.get_logger().info(
                f'{found.name} ({found.type}) is taken: nothing publishes {self.topic_name} as '
                f'{self.msg_type}'
            )
            self._node.destroy_subscription(self._subscription)
            self._open(found)
        self._found = found

    def _is_published(self, source: Topic) -> bool:
        return source.type in published_types(self._node, source.name)

    def _offered(self, source: Topic) -> ReliabilityPolicy:
        """Return the reliability that every publisher of a source offers."""
        infos = self._node.get_publishers_info_by_topic(source.name)
        offers = [i.qos_profile.reliability for i in infos if i.topic_type == source.type]
        is_reliable = offers and all(offer == ReliabilityPolicy.RELIABLE for offer in offers)
        return ReliabilityPolicy.RELIABLE if is_reliable else ReliabilityPolicy.BEST_EFFORT

    def _open(self, source: Topic) -> None:
        self._source = source
        qos = copy(self._qos)  # rclpy writes the overrides into it
        self._follows_offer = False
        if self._asks_for_all:
            qos.reliability = ReliabilityPolicy.SYSTEM_DEFAULT  # what a user does not override

        def choose(profile: QoSProfile) -> SetParametersResult:
            if profile.reliability == ReliabilityPolicy.SYSTEM_DEFAULT:
                profile.reliability, self._follows_offer = self._offered(source), True
            return SetParametersResult(successful=True)

        self._subscription = self._node.create_subscription(
            message_class(source.type),
            source.name,
            self._on_message,
            qos,
            qos_overriding_options=QoSOverridingOptions.with_default_policies(callback=choose),
        )


class LatchedInput:
    """A subscription that also takes what was published, latched, before it was opened."""

    def __init__(
        self, node: Node, msg_type: Any, topic: str, on_message: Callable[[Any], None]
    ) -> None:
        self._node, self._msg_type, self._on_message = node, msg_type, on_message
        self._volatile = node.create_subscription(msg_type, topic, on_message, QUEUE_DEPTH)
        self._latched: Subscription | None = None

    @property
    def topic_name(self) -> str:
        """The full name of the topic."""
        return str(self._volatile.topic_name)

    def update(self) -> None:
        """Look for latched publishers; call it about once a second.

        Only then: a volatile publisher would log a warning that a latched subscription to it is
        incompatible.
        """
        infos = self._node.get_publishers_info_by_topic(self.topic_name)
        is_latched = any(
            i.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL for i in infos
        )
        if is_latched and self._latched is None:
            self._latched = self._node.create_subscription(
                self._msg_type, self.topic_name, self._on_message, LATCHED
            )
        elif not is_latched:
            self.close_latched()

    def close_latched(self) -> None:
        """Close what ``update`` has opened."""
        if self._latched is not None:
            self._node.destroy_subscription(self._latched)
            self._latched = None


def camera_sources(node: Node, transport: str) -> tuple[Topic, ...]:
    """Return what the images of ``image`` may come from, after the remappings of a node.

    Compressed images are on ``<image>/compressed``, unless ``image/compressed`` is remapped too.
    """
    name = f'image/{COMPRESSED}'
    compressed = node.resolve_topic_name(name)
    is_remapped = compressed != node.resolve_topic_name(name, only_expand=True)
    image = node.resolve_topic_name('image')
    return image_sources(transport, image, compressed if is_remapped else '')
