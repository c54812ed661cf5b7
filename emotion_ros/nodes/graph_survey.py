# SPDX-License-Identifier: MIT
"""Observes a running graph as one more participant of it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rcl_interfaces.srv import GetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import String

from emotion_ros.core.graph_checks import (
    FUSION,
    SENTIMENT,
    VISION,
    GraphSnapshot,
    InputTopic,
    NodeReport,
)
from emotion_ros.core.state import Status
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.msg import EmotionState
from emotion_ros.nodes.graph_info import describe_input
from emotion_ros.nodes.hri import LIVE_SPEECH_NAME, live_speech_kind
from emotion_ros.nodes.qos import OBSERVER_DEPTH

NODES = (VISION, SENTIMENT, FUSION)
KINDS = {
    'sensor_msgs/msg/Image': Image,
    'sensor_msgs/msg/CompressedImage': CompressedImage,
    'std_msgs/msg/String': String,
}
IMAGE_TYPES, SPEECH_TYPES = tuple(KINDS)[:2], (*tuple(KINDS)[2:], LIVE_SPEECH_NAME)
DISCOVERY_S = 6.0
GLANCE_S = 0.2
SETTLED_S = 1.0
LEAST_S = 2.5
ANY_PUBLISHER = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)


class Doctor(Node):
    """Subscribes to the inputs of the nodes of one namespace, and to their output."""

    def __init__(self, namespace: str = '', **node_options: Any) -> None:
        super().__init__('emotion_doctor', **node_options)
        self._home = f'/{namespace.strip("/")}'
        self._own_executor = SingleThreadedExecutor(context=self.context)
        self._own_executor.add_node(self)
        self._statuses: dict[str, DiagnosticStatus] = {}
        self._states: list[EmotionState] = []
        self._kinds = KINDS | live_speech_kind()
        self.create_subscription(
            DiagnosticArray, '/diagnostics', self._on_diagnostics, OBSERVER_DEPTH
        )
        topic = f'{self._home.rstrip("/")}/emotion_state'
        self.create_subscription(EmotionState, topic, self._states.append, OBSERVER_DEPTH)

    def take_snapshot(self, seconds: float) -> GraphSnapshot:
        """Wait until the graph is known, receive for ``seconds`` and return the snapshot.

        It takes LEAST_S at least: every node publishes ``/diagnostics`` once a second.
        """
        seconds = max(seconds, LEAST_S)
        present = self._discover()
        images = self._find_input(VISION, IMAGE_TYPES) if VISION in present else None
        speech = self._find_input(SENTIMENT, SPEECH_TYPES) if SENTIMENT in present else None
        received = {i.topic: self._listen(i) for i in (images, speech) if i is not None}
        simulated = {name: self._ask_sim_time(name) for name in present}
        self._statuses.clear()
        self._states.clear()
        self._spin_for(seconds)
        last = self._states[-1] if self._states else EmotionState()
        nodes = tuple(self._report(name, simulated.get(name)) for name in NODES)
        camera = self._with_last_message(images, received)
        if camera is not None and any(node.use_sim_time for node in nodes):
            camera = replace(camera, age_s=float('nan'))  # the clock here is not theirs
        return GraphSnapshot(
            duration_s=seconds,
            nodes=nodes,
            images=camera,
            speech=self._with_last_message(speech, received),
            states=len(self._states),
            last_status=Status(last.status).name if last.status in tuple(Status) else '?',
            last_reason=last.not_actionable_reason,
            has_clock=self.count_publishers('/clock') > 0,
            where=f'ROS_DOMAIN_ID {os.environ.get("ROS_DOMAIN_ID", "0")}, namespace {self._home}',
            namespace=self._home.rstrip('/'),
        )

    def _discover(self) -> set[str]:
        """Return our nodes: all of them, or those that were seen within DISCOVERY_S."""
        until_s = monotonic() + DISCOVERY_S
        while self._present() < set(NODES) and monotonic() < until_s:
            self._spin_for(GLANCE_S)
        self._spin_for(SETTLED_S)  # for their topics, and those who publish them
        return self._present()

    def _present(self) -> set[str]:
        names = self.get_node_names_and_namespaces()
        return {name for name, home in names if home == self._home and name in NODES}

    def _find_input(self, node: str, types: tuple[str, ...]) -> InputTopic | None:
        """Return the topic of one of these types that a node subscribes to, under any name."""
        for topic, kinds in self.get_subscriber_names_and_types_by_node(node, self._home):
            kind = next((k for k in kinds if k in types and k in self._kinds), '')
            if kind:
                return describe_input(self, topic, kind)
        return None

    def _listen(self, wanted: InputTopic) -> list[tuple[Any, float]]:
        """Return a list that grows with the messages and their times of receipt (s)."""
        received: list[tuple[Any, float]] = []

        def on_message(msg: Any) -> None:
            received.append((msg, self.get_clock().now().nanoseconds / 1e9))

        self.create_subscription(self._kinds[wanted.type], wanted.topic, on_message, ANY_PUBLISHER)
        return received

    def _with_last_message(
        self, wanted: InputTopic | None, received: dict[str, list[tuple[Any, float]]]
    ) -> InputTopic | None:
        if wanted is None or not received[wanted.topic]:
            return wanted
        msg, received_s = received[wanted.topic][-1]
        stamp = getattr(getattr(msg, 'header', None), 'stamp', None)
        age_s = float('nan')
        if stamp is not None and (stamp.sec or stamp.nanosec):
            age_s = received_s - stamp.sec - stamp.nanosec / NANOSECONDS
        return replace(
            wanted,
            received=len(received[wanted.topic]),
            encoding=getattr(msg, 'encoding', getattr(msg, 'format', '')),
            age_s=age_s,
        )

    def _ask_sim_time(self, name: str) -> Future:
        """Ask a node for use_sim_time; the answer comes while the doctor listens, or never."""
        home = self._home.rstrip('/')
        client = self.create_client(GetParameters, f'{home}/{name}/get_parameters')
        return client.call_async(GetParameters.Request(names=['use_sim_time']))

    def _report(self, name: str, asked: Future | None) -> NodeReport:
        status = self._statuses.get(name)
        answer = asked.result() if asked is not None and asked.done() else None
        return NodeReport(
            name=name,
            is_present=asked is not None,
            message=status.message if status else '',
            values={pair.key: pair.value for pair in status.values} if status else None,
            use_sim_time=bool(answer and answer.values and answer.values[0].bool_value),
        )

    def _on_diagnostics(self, msg: DiagnosticArray) -> None:
        ours = [status for status in msg.status if status.hardware_id == self._home]
        self._statuses |= {status.name: status for status in ours if status.name in NODES}

    def _spin_for(self, seconds: float) -> None:
        until_s = monotonic() + seconds
        while (left_s := until_s - monotonic()) > 0.0:
            self._own_executor.spin_once(timeout_sec=left_s)


@contextmanager
def open_doctor(namespace: str) -> Iterator[Doctor]:
    """Open a doctor in a separate ROS context; signals stay with the caller."""
    context = rclpy.Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    try:
        doctor = Doctor(namespace, context=context)
        try:
            yield doctor
        finally:
            doctor.destroy_node()
    finally:
        rclpy.shutdown(context=context)
