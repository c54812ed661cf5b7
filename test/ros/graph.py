# SPDX-License-Identifier: MIT
"""Real nodes over real DDS in the test's own process, driven until a condition holds."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.context import Context
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.subscription import Subscription

from emotion_ros.msg import EmotionState
from emotion_ros.nodes.executors.topic_executor import TopicExecutor
from emotion_ros.nodes.messages.qos import OBSERVER_DEPTH, QUEUE_DEPTH
from emotion_ros.runtime.worker import report_exceptions
from output_contract import OutputMonitor

TIMEOUT_S = 20.0
PUBLISH_HZ = 15.0


class Graph:
    """Some nodes and a test node in one context; everything is destroyed by ``close``.

    Every ``emotion_state`` is held to the output contract.
    """

    def __init__(self) -> None:
        self.context = Context()
        rclpy.init(context=self.context)
        self.errors: list[Exception] = []
        self._executor = TopicExecutor(context=self.context)
        self._nodes: list[Node] = []
        self.tester = self._keep(Node('tester', context=self.context))
        self.monitor = OutputMonitor()
        self._monitoring: Subscription | None = self.tester.create_subscription(
            EmotionState, 'emotion_state', self.monitor.check, OBSERVER_DEPTH
        )

    def add(self, make: Callable[..., Node], *args: Any, **parameters: Any) -> Any:
        """Start a node with these parameters (a dot in a name is written as two underscores)."""
        overrides = [Parameter(k.replace('__', '.'), value=v) for k, v in parameters.items()]
        node = make(*args, context=self.context, parameter_overrides=overrides)
        return self._keep(node)

    def remove(self, node: Node) -> None:
        """Destroy one node as if its process had ended."""
        self._executor.remove_node(node)
        self._nodes.remove(node)
        node.destroy_node()

    def stop_serving(self, node: Node) -> None:
        """Serve no callback of this node any more, as if it hung."""
        self._executor.remove_node(node)

    def listen(self, msg_type: type, topic: str, qos: Any = OBSERVER_DEPTH) -> list[Any]:
        """Return a list that grows with the messages on a topic."""
        received: list[Any] = []
        self.tester.create_subscription(msg_type, topic, received.append, qos)
        return received

    def publisher(
        self, msg_type: type, topic: str, qos: Any = QUEUE_DEPTH, timeout_s: float = TIMEOUT_S
    ) -> Any:
        """Return a publisher that has a subscriber.

        States that the test itself publishes are not held to the output contract.
        """
        if msg_type is EmotionState:
            self._stop_monitoring()
        publisher = self.tester.create_publisher(msg_type, topic, qos)
        self.until(publisher.get_subscription_count, f'a subscriber of {topic}', timeout_s)
        return publisher

    def call(self, srv_type: type, name: str, request: Any) -> Any:
        """Return the response of a service."""
        client = self.tester.create_client(srv_type, name)
        self.until(client.service_is_ready, f'service {name}')
        future = client.call_async(request)
        self.until(future.done, f'response of {name}')
        return future.result()

    def until(
        self,
        condition: Callable[[], object],
        what: str,
        timeout_s: float = TIMEOUT_S,
        publish: Callable[[], object] = lambda: None,
    ) -> Any:
        """Serve callbacks until the condition holds and return it; fail after the timeout.

        Meanwhile ``publish`` is called at a camera's rate: without a pause it would leave the
        threads of the nodes no time.
        """
        deadline, due_s = monotonic() + timeout_s, 0.0
        while not (value := condition()):
            assert monotonic() < deadline, f'{what} did not come within {timeout_s} s'
            if monotonic() >= due_s:
                due_s = monotonic() + 1.0 / PUBLISH_HZ
                publish()
            self.serve()
        return value

    def serve(self) -> None:
        """Serve one callback, or wait for a moment."""
        report_exceptions(lambda: self._executor.spin_once(timeout_sec=0.05), self.errors.append)

    def close(self) -> None:
        """Destroy nodes and context."""
        for node in reversed(self._nodes):
            node.destroy_node()
        self._executor.shutdown()
        self.context.try_shutdown()

    def _stop_monitoring(self) -> None:
        if self._monitoring is not None:
            self.tester.destroy_subscription(self._monitoring)
            self._monitoring = None

    def _keep(self, node: Node) -> Any:
        self._nodes.append(node)
        self._executor.add_node(node)
        return node


def diagnostics_of(messages: Sequence[DiagnosticArray], name: str) -> dict[str, str]:
    """Return the newest key-value pairs that a node sent, or nothing."""
    statuses = [s for m in messages for s in m.status if s.name == name]
    return {pair.key: pair.value for pair in statuses[-1].values} if statuses else {}
