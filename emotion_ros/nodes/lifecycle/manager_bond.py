# SPDX-License-Identifier: MIT
"""The bond by which a lifecycle manager such as nav2's notices that a node hangs or has died."""

from functools import partial
from typing import Any
from uuid import uuid4

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from emotion_ros.nodes.messages.qos import QUEUE_DEPTH
from emotion_ros.nodes.messages.type_names import message_class

TOPIC, MSG_TYPE = 'bond', 'bond/msg/Status'
PERIOD_S, TIMEOUT_S = 0.25, 4.0  # the defaults of nav2's lifecycle manager


class ManagerBond:
    """The node's end of a bond as in bond_core: heartbeats on ``bond`` while it is open.

    Without the package ``bond``, which nav2 depends on, there are none. The manager alone
    watches: a node goes on without it.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._status: Any = message_class(MSG_TYPE)
        self._publisher: Any = None
        self._timer: Any = None
        self._instance_id = ''

    def open(self) -> None:
        """Begin with the heartbeats."""
        if self._status is None:
            return
        self._instance_id = uuid4().hex
        self._publisher = self._node.create_publisher(self._status, TOPIC, QUEUE_DEPTH)
        clock = Clock(clock_type=ClockType.STEADY_TIME)
        beat = partial(self._send, self._publisher)
        self._timer = self._node.create_timer(PERIOD_S, beat, clock=clock)

    def close(self) -> None:
        """Say that the end is wanted, and be silent."""
        publisher, self._publisher = self._publisher, None
        if publisher is None:
            return
        self._node.destroy_timer(self._timer)
        if self._node.context.ok():
            self._send(publisher, is_active=False)
        self._node.destroy_publisher(publisher)

    def _send(self, publisher: Any, *, is_active: bool = True) -> None:
        msg = self._status(
            id=self._node.get_name(),
            instance_id=self._instance_id,
            active=is_active,
            heartbeat_timeout=TIMEOUT_S,
            heartbeat_period=PERIOD_S,
        )
        msg.header.stamp = self._node.get_clock().now().to_msg()
        publisher.publish(msg)
