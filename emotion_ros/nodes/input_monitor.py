# SPDX-License-Identifier: MIT
"""Logs once which node feeds an input, or why none does, and whether a node's name is taken."""

from collections.abc import Callable, Iterable

from rclpy.node import Node
from rclpy.subscription import Subscription

from emotion_ros.core.graph_snapshot import Finding, InputTopic, Severity
from emotion_ros.core.input_checks import check_multiple_publishers
from emotion_ros.nodes.graph_info import describe_input
from emotion_ros.nodes.remedies import remedy

PATIENCE_S = 5.0

Diagnose = Callable[[InputTopic, float], Iterable[Finding]]


class InputMonitor:
    """Monitors one subscription; ``diagnose`` finds the cause when nothing arrives."""

    def __init__(
        self, node: Node, subscription: Subscription, msg_type: str, diagnose: Diagnose
    ) -> None:
        self._node = node
        self._topic = subscription.topic_name
        self._msg_type = msg_type
        self._diagnose = diagnose
        self._reported = False
        self._reported_publishers = False

    def check(self, received: int, waited_s: float) -> None:
        """Log what is known after so many messages and seconds, each fact once."""
        self._check_publishers(received)
        if self._reported or (not received and waited_s < PATIENCE_S):
            return
        self._reported = True
        topic = describe_input(self._node, self._topic, self._msg_type, received)
        log = self._node.get_logger()
        if received:
            sources = ', '.join(sorted({publisher.node for publisher in topic.publishers}))
            log.info(f'{self._topic}: first message received from {sources or "an unknown node"}')
            return
        for finding in self._diagnose(topic, waited_s):
            if finding.severity is Severity.PROBLEM:
                log.warning(f'{finding.what} (after {waited_s:.0f} s). {remedy(finding)}')

    def _check_publishers(self, received: int) -> None:
        if self._reported_publishers or self._node.count_publishers(self._topic) < 2:
            return
        self._reported_publishers = True
        topic = describe_input(self._node, self._topic, self._msg_type, received)
        for finding in check_multiple_publishers(topic):
            self._node.get_logger().warning(f'{finding.what}: {remedy(finding)}')


class DuplicateNameCheck:
    """Warns of a second node of the same name: both answer services and publish states."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._reported = False

    def check(self) -> None:
        """Warn when the graph has the name more than once, and never again."""
        own = (self._node.get_name(), self._node.get_namespace())
        if self._reported or self._node.get_node_names_and_namespaces().count(own) < 2:
            return
        self._reported = True
        self._node.get_logger().warning(
            f'another node is called {self._node.get_fully_qualified_name()}: stop one of them, '
            'or give each a namespace'
        )
