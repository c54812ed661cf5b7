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
from lifecycle_msgs.srv import GetState
from rcl_interfaces.srv import GetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future
from rosgraph_msgs.msg import Clock

from emotion_ros.conversions.speech import SPEECH_TYPES
from emotion_ros.core.graph.snapshot import (
    FUSION,
    SENTIMENT,
    VISION,
    VOICE_NODE,
    GraphSnapshot,
    InputTopic,
    NodeReport,
)
from emotion_ros.core.image_topics import COMPRESSED_IMAGE, IMAGE
from emotion_ros.core.state import Status
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.core.voice.audio_topics import AUDIO_MESSAGES
from emotion_ros.errors import ConfigError, ros_problem
from emotion_ros.msg import EmotionState
from emotion_ros.nodes.graph.graph_info import (
    describe_input,
    managed_nodes,
    names_of_publishers,
    unmatched_subscriptions,
)
from emotion_ros.nodes.graph.received import NODES, ClockTicks, Received, complete_input
from emotion_ros.nodes.messages.qos import OBSERVER_DEPTH
from emotion_ros.nodes.messages.type_names import message_class
from emotion_ros.runtime.discovery import discover_everything

INPUT_TYPES = {
    VISION: (IMAGE, COMPRESSED_IMAGE),
    SENTIMENT: SPEECH_TYPES,
    VOICE_NODE: AUDIO_MESSAGES,
}
RESULTS = {VISION: 'emotion/faces', SENTIMENT: 'emotion/text', FUSION: 'emotion_state'}
"""By what it publishes, a node that has another name is known."""
OUTPUTS = ('emotion_state', 'emotion_states', 'emotion_events')
FURTHER_INPUTS = ('/robot_speech', '/emotion/privacy')
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
        self._statuses: dict[str, list[DiagnosticStatus]] = {}
        self._states: list[EmotionState] = []
        self._ticks = ClockTicks()
        self.create_subscription(
            DiagnosticArray, '/diagnostics', self._on_diagnostics, OBSERVER_DEPTH
        )
        self._state_topic = f'{self._home.rstrip("/")}/emotion_state'
        self.create_subscription(
            EmotionState, self._state_topic, self._states.append, OBSERVER_DEPTH
        )
        self.create_subscription(Clock, '/clock', self._on_clock, ANY_PUBLISHER)

    def take_snapshot(self, seconds: float) -> GraphSnapshot:
        """Wait until the graph is known, receive for ``seconds`` and return the snapshot.

        It takes LEAST_S at least: every node publishes ``/diagnostics`` once a second.
        """
        seconds = max(seconds, LEAST_S)
        present = self._discover()
        inputs = self._find_inputs(present)
        received = {i.topic: self._listen(i) for i in inputs.values() if i is not None}
        space = self._home.rstrip('/')
        sim_time = GetParameters.Request(names=['use_sim_time'])
        simulated = {
            name: self._ask(GetParameters, f'{space}/{name}/get_parameters', sim_time)
            for name in present
        }
        asked = {
            path: self._ask(GetState, f'{path}/get_state', GetState.Request())
            for path in managed_nodes(self)
        }
        before = {name: statuses[-1] for name, statuses in self._statuses.items()}
        self._receive(seconds)
        nodes = tuple(self._report(name, simulated.get(name), before) for name in NODES)
        others = self._other_reports(before)
        readers = {node.name: node for node in (*nodes, *others)}
        answers = {path: _answer(future) for path, future in asked.items()}
        lifecycles = {p: a.current_state.label if a else 'unknown' for p, a in answers.items()}
        images, speech, audio = (
            complete_input(wanted, received, lifecycles, readers.get(name, NodeReport(name)))
            for name, wanted in inputs.items()
        )
        last = self._states[-1] if self._states else EmotionState()
        return GraphSnapshot(
            duration_s=seconds,
            nodes=nodes,
            images=images,
            speech=speech,
            states=len(self._states),
            last_status=Status(last.status).name if last.status in tuple(Status) else '?',
            last_reason=last.not_actionable_reason,
            clock=self._ticks.report(self.count_publishers('/clock') > 0, seconds),
            where=where(self._home),
            namespace=space,
            others=others,
            audio=audio,
            state_publishers=tuple(sorted(names_of_publishers(self, self._state_topic))),
            unmatched=self._unmatched(),
            renamed=self._renamed(present),
        )

    def _receive(self, seconds: float) -> None:
        """Forget what came before, and receive for so long."""
        self._statuses.clear()
        self._states.clear()
        self._ticks = ClockTicks()
        self._spin_for(seconds)

    def _renamed(self, present: set[str]) -> dict[str, str]:
        """Return who publishes the results of those of NODES that are not there."""
        topics = {
            n: f'{self._home.rstrip("/")}/{t}' for n, t in RESULTS.items() if n not in present
        }
        found = {name: names_of_publishers(self, topic) for name, topic in topics.items()}
        return {name: min(publishers) for name, publishers in found.items() if publishers}

    def _unmatched(self) -> tuple[tuple[str, str, str], ...]:
        """Return topic, node and policy of those who ask for more than the outputs offer."""
        topics = [f'{self._home.rstrip("/")}/{topic}' for topic in OUTPUTS]
        return tuple(
            (topic, *found)
            for topic in topics
            for found in sorted(unmatched_subscriptions(self, topic))
        )

    def _find_inputs(self, present: set[str]) -> dict[str, InputTopic | None]:
        """Return the images, speech and sound that nodes subscribe to, by the node."""
        if self._home in self._namespaces(VOICE_NODE):
            present = {*present, VOICE_NODE}
        return {
            name: self._find_input(name, types) if name in present else None
            for name, types in INPUT_TYPES.items()
        }

    def _discover(self) -> set[str]:
        """Return our nodes: all of them, or those that were seen within DISCOVERY_S."""
        until_s = monotonic() + DISCOVERY_S
        while self._present() < set(NODES) and monotonic() < until_s:
            self._spin_for(GLANCE_S)
        self._spin_for(SETTLED_S)  # for their topics, and those who publish them
        return self._present()

    def _present(self) -> set[str]:
        return {name for name in NODES if self._home in self._namespaces(name)}

    def _namespaces(self, name: str) -> list[str]:
        """Return where nodes of this name are, once for each of them."""
        nodes = self.get_node_names_and_namespaces()
        return [namespace for found, namespace in nodes if found == name]

    def _find_input(self, node: str, types: tuple[str, ...]) -> InputTopic | None:
        """Return the topic of one of these types that a node subscribes to, under any name."""
        known = self.get_subscriber_names_and_types_by_node(node, self._home)
        inputs = [
            (topic, kind)
            for topic, kinds in known
            for kind in kinds
            if kind in types and message_class(kind)
        ]
        named = _values(self._statuses[node][-1]).get('topic') if node in self._statuses else ''
        inputs.sort(key=lambda each: (each[0] != named, each[0].endswith(FURTHER_INPUTS)))
        if not inputs:
            return None
        found = describe_input(self, *inputs[0])
        return replace(found, namespace=self._home.rstrip('/'))

    def _listen(self, wanted: InputTopic) -> Received:
        """Return what grows with the messages on a topic."""
        received = Received()

        def on_message(msg: Any) -> None:
            received.add(msg, self._now_s())

        kind = message_class(wanted.type)
        self.create_subscription(kind, wanted.topic, on_message, ANY_PUBLISHER)
        return received

    def _now_s(self) -> float:
        return float(self.get_clock().now().nanoseconds / NANOSECONDS)

    def _ask(self, service: Any, name: str, request: Any) -> Future:
        """Call a service; the answer comes while the doctor listens, or never."""
        return self.create_client(service, name).call_async(request)

    def _report(
        self, name: str, asked: Future | None, before: dict[str, DiagnosticStatus]
    ) -> NodeReport:
        statuses = self._statuses.get(name, [])
        earlier = before.get(name, statuses[0] if len(statuses) > 1 else None)
        answer = _answer(asked)
        namespaces = self._namespaces(name)
        return NodeReport(
            name=name,
            is_present=asked is not None,
            message=statuses[-1].message if statuses else '',
            values=_values(statuses[-1]) if statuses else None,
            use_sim_time=bool(answer and answer.values and answer.values[0].bool_value),
            before=_values(earlier) if earlier else {},
            namespaces=tuple(sorted({space for space in namespaces if space != self._home})),
            count=namespaces.count(self._home),
        )

    def _other_reports(self, before: dict[str, DiagnosticStatus]) -> tuple[NodeReport, ...]:
        """Return the further nodes of the package that sent diagnostics, such as demo_source."""
        reports = (
            self._report(name, None, before) for name in sorted(self._statuses.keys() - {*NODES})
        )
        ours = [report for report in reports if 'enabled' in (report.values or {})]
        return tuple(replace(report, is_present=True, count=1) for report in ours)

    def _on_clock(self, msg: Clock) -> None:
        now_s = msg.clock.sec + msg.clock.nanosec / NANOSECONDS
        first_s = now_s if self._ticks.first_s != self._ticks.first_s else self._ticks.first_s
        self._ticks = ClockTicks(first_s, now_s, now_s - self._now_s(), self._ticks.count + 1)

    def _on_diagnostics(self, msg: DiagnosticArray) -> None:
        for status in msg.status:
            if status.hardware_id == self._home:
                self._statuses.setdefault(status.name, []).append(status)

    def _spin_for(self, seconds: float) -> None:
        until_s = monotonic() + seconds
        while (left_s := until_s - monotonic()) > 0.0:
            self._own_executor.spin_once(timeout_sec=left_s)


def where(namespace: str) -> str:
    """Return which part of a network is looked at."""
    server = os.environ.get('ROS_DISCOVERY_SERVER')
    of_server = f', ROS_DISCOVERY_SERVER {server}' if server else ''
    return (
        f'ROS_DOMAIN_ID {os.environ.get("ROS_DOMAIN_ID", "0")}{of_server}, namespace {namespace}'
    )


def _values(status: DiagnosticStatus) -> dict[str, str]:
    return {pair.key: pair.value for pair in status.values}


def _answer(asked: Future | None) -> Any:
    """Return the response of a service; None when it was not called or has not answered."""
    return asked.result() if asked is not None and asked.done() else None


@contextmanager
def open_doctor(namespace: str) -> Iterator[Doctor]:
    """Open a doctor in a separate ROS context; signals stay with the caller."""
    discover_everything()
    context = rclpy.Context()
    try:
        rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    except RuntimeError as error:  # a log folder that cannot be written, a bad profile
        raise ConfigError(ros_problem(error)) from error
    try:
        doctor = Doctor(namespace, context=context)
        try:
            yield doctor
        finally:
            doctor.destroy_node()
    finally:
        rclpy.shutdown(context=context)
