# SPDX-License-Identifier: MIT
"""Camera, recogniser, third party and operator of a soak, and the ear that judges the answers."""

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

from benchmarks import mischief
from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.msg import EmotionEvidence, EmotionState, FaceEmotionArray, TextSentiment

QUEUE_DEPTH = 50
FRAMES_HZ, WORDS_HZ, EVIDENCE_HZ, PARAMETERS_HZ, SWITCHES_HZ = 20.0, 3.0, 10.0, 2.0, 0.5
NODES = ('vision_node', 'sentiment_node', 'fusion_node')


class SoakWorld(Node):
    """Sends good and bad input on every topic and service; notes what comes back."""

    def __init__(self, pictures: Mapping[str, NDArray[np.uint8]], **node_options: Any) -> None:
        super().__init__('soak_world', **node_options)
        self.published_s: list[float] = []
        self.answers: Counter[str] = Counter()
        self._health: dict[str, dict[str, str]] = {}
        self._send(Image, 'image', mischief.frames(pictures, self.now_s), FRAMES_HZ)
        self._send(String, 'speech', mischief.speech(), WORDS_HZ)
        self._send(EmotionEvidence, 'emotion/evidence', mischief.evidence(self.now_s), EVIDENCE_HZ)
        self._operate()
        self.create_subscription(EmotionState, 'emotion_state', self._on_state, QUEUE_DEPTH)
        self.create_subscription(DiagnosticArray, '/diagnostics', self._on_health, QUEUE_DEPTH)
        for kind, topic in ((FaceEmotionArray, 'emotion/faces'), (TextSentiment, 'emotion/text')):
            self._count(kind, topic)
        self._own_executor = SingleThreadedExecutor(context=self.context)
        self._own_executor.add_node(self)

    def now_s(self) -> float:
        """Return ROS time in seconds."""
        return float(self.get_clock().now().nanoseconds / 1e9)

    def spin_once(self, timeout_s: float) -> None:
        """Send and take in what is due, or wait for it."""
        self._own_executor.spin_once(timeout_sec=timeout_s)

    def rejected(self) -> dict[str, int]:
        """Return how many inputs were refused, by node and reason, by the diagnostics."""
        return {
            f'{node} {key.removeprefix("rejected.")}': int(value)
            for node, values in sorted(self._health.items())
            for key, value in values.items()
            if key.startswith('rejected.')
        }

    def errors(self) -> int:
        """Return how many exceptions the guards of the nodes caught."""
        return sum(int(values.get('errors', '0')) for values in self._health.values())

    def _send(self, kind: type, topic: str, messages: Iterator[Any], rate_hz: float) -> None:
        publisher = self.create_publisher(kind, topic, 10)
        self.create_timer(1.0 / rate_hz, lambda: publisher.publish(next(messages)))

    def _operate(self) -> None:
        """Set parameters, and switch one node after the other off and on."""
        setter = self.create_client(SetParameters, 'fusion_node/set_parameters')
        wishes = mischief.parameters()
        switches = [self.create_client(SetBool, f'{node}/enable') for node in NODES]
        turns = cycle([(switch, on) for switch in switches for on in (False, True)])

        def wish() -> None:
            setter.call_async(SetParameters.Request(parameters=[next(wishes)]))

        def switch() -> None:
            client, is_on = next(turns)
            client.call_async(SetBool.Request(data=is_on))

        self.create_timer(1.0 / PARAMETERS_HZ, wish)
        self.create_timer(1.0 / SWITCHES_HZ, switch)

    def _on_state(self, msg: EmotionState) -> None:
        self.published_s.append(stamp_to_seconds(msg.header.stamp) + msg.latency)

    def _on_health(self, msg: DiagnosticArray) -> None:
        for status in msg.status:
            self._health[status.name] = {pair.key: pair.value for pair in status.values}

    def _count(self, kind: type, topic: str) -> None:
        def on_message(_: Any) -> None:
            self.answers[topic] += 1

        self.create_subscription(kind, topic, on_message, QUEUE_DEPTH)
