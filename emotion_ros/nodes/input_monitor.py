# SPDX-License-Identifier: MIT
"""Says in the log, once, where an input comes from, or why it does not."""

from collections.abc import Callable, Iterable

from rclpy.node import Node
from rclpy.subscription import Subscription

from emotion_ros.core.graph_checks import Finding, Input, Severity, check_crowd
from emotion_ros.nodes.graph_info import see_input

PATIENCE_S = 5.0

Check = Callable[[Input, float], Iterable[Finding]]


class InputWatch:
    """Looks after one subscription; ``check`` knows what is wrong with such an input."""

    def __init__(self, node: Node, subscription: Subscription, kind: str, check: Check) -> None:
        self._node = node
        self._topic = subscription.topic_name
        self._kind = kind
        self._check = check
        self._is_told = False
        self._is_crowd_told = False

    def look(self, received: int, waited_s: float) -> None:
        """Say what is to be said after so many messages and so many seconds, each thing once."""
        self._look_for_crowd(received)
        if self._is_told or (not received and waited_s < PATIENCE_S):
            return
        self._is_told = True
        seen = see_input(self._node, self._topic, self._kind, received)
        log = self._node.get_logger()
        if received:
            sources = ', '.join(sorted({publisher.node for publisher in seen.publishers}))
            log.info(f'{self._topic}: the first message has come, from {sources or "somebody"}')
            return
        for finding in self._check(seen, waited_s):
            if finding.severity is Severity.PROBLEM:
                log.warning(f'{finding.what} (after {waited_s:.0f} s). {finding.remedy}')

    def _look_for_crowd(self, received: int) -> None:
        if self._is_crowd_told or self._node.count_publishers(self._topic) < 2:
            return
        self._is_crowd_told = True
        for finding in check_crowd(see_input(self._node, self._topic, self._kind, received)):
            self._node.get_logger().warning(f'{finding.what}: {finding.remedy}')
