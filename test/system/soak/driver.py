# SPDX-License-Identifier: MIT
"""The node that feeds the pipeline of a soak test and counts its output."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from numpy.typing import NDArray
from rcl_interfaces.srv import SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import String
from std_srvs.srv import SetBool

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.msg import EmotionEvidence, EmotionState, FaceEmotionArray, TextSentiment
from soak import fault_inputs

QUEUE_DEPTH = 50
IMAGES_HZ, SPEECH_HZ, EVIDENCE_HZ, PARAMETERS_HZ, ENABLE_HZ = 20.0, 3.0, 10.0, 2.0, 0.5
NODES = ('vision_node', 'sentiment_node', 'fusion_node')


class SoakDriver(Node):
    """Sends good and bad input to every topic and service; counts what the nodes publish.

    ``published_s`` holds the publication time of every state (ROS time in s),
    ``output_counts`` the number of messages on the other output topics.
    """

    def __init__(self, pictures: Mapping[str, NDArray[np.uint8]], **node_options: Any) -> None:
        super().__init__('soak_driver', **node_options)
        self.published_s: list[float] = []
        self.output_counts: Counter[str] = Counter()
        self._diagnostics: dict[str, dict[str, str]] = {}
        evidence = fault_inputs.evidence(self.now_s)
        self._publish(Image, 'image', fault_inputs.images(pictures, self.now_s), IMAGES_HZ)
        self._publish(String, 'speech', fault_inputs.speech(), SPEECH_HZ)
        self._publish(EmotionEvidence, 'emotion/evidence', evidence, EVIDENCE_HZ)
        self._call_services()
        self.create_subscription(EmotionState, 'emotion_state', self._on_state, QUEUE_DEPTH)
        self.create_subscription(
            DiagnosticArray, '/diagnostics', self._on_diagnostics, QUEUE_DEPTH
        )
        self._count(FaceEmotionArray, 'emotion/faces')
        self._count(TextSentiment, 'emotion/text')
        self._own_executor = SingleThreadedExecutor(context=self.context)
        self._own_executor.add_node(self)

    def now_s(self) -> float:
        """Return ROS time in seconds."""
        return float(self.get_clock().now().nanoseconds / 1e9)

    def spin_once(self, timeout_s: float) -> None:
        """Run one callback, or wait for one."""
        self._own_executor.spin_once(timeout_sec=timeout_s)

    def rejected(self) -> dict[str, int]:
        """Return how many inputs were rejected, by node and reason, from the diagnostics."""
        return {
            f'{node} {key.removeprefix("rejected.")}': int(value)
            for node, values in sorted(self._diagnostics.items())
            for key, value in values.items()
            if key.startswith('rejected.')
        }

    def errors(self) -> int:
        """Return how many exceptions the nodes caught, from the diagnostics."""
        return sum(int(values.get('errors', '0')) for values in self._diagnostics.values())

    def _publish(self, msg_type: type, topic: str, messages: Iterator[Any], hz: float) -> None:
        publisher = self.create_publisher(msg_type, topic, 10)
        self.create_timer(1.0 / hz, lambda: publisher.publish(next(messages)))

    def _call_services(self) -> None:
        """Set parameters, and disable and enable one node after the other."""
        parameters = self.create_client(SetParameters, 'fusion_node/set_parameters')
        changes = fault_inputs.parameters()
        enable = [self.create_client(SetBool, f'{node}/enable') for node in NODES]
        requests = cycle([(client, on) for client in enable for on in (False, True)])

        def set_parameter() -> None:
            parameters.call_async(SetParameters.Request(parameters=[next(changes)]))

        def set_enabled() -> None:
            client, is_on = next(requests)
            client.call_async(SetBool.Request(data=is_on))

        self.create_timer(1.0 / PARAMETERS_HZ, set_parameter)
        self.create_timer(1.0 / ENABLE_HZ, set_enabled)

    def _on_state(self, msg: EmotionState) -> None:
        self.published_s.append(stamp_to_seconds(msg.header.stamp) + msg.latency)

    def _on_diagnostics(self, msg: DiagnosticArray) -> None:
        for status in msg.status:
            self._diagnostics[status.name] = {pair.key: pair.value for pair in status.values}

    def _count(self, msg_type: type, topic: str) -> None:
        def on_message(_: Any) -> None:
            self.output_counts[topic] += 1

        self.create_subscription(msg_type, topic, on_message, QUEUE_DEPTH)
