# SPDX-License-Identifier: MIT
"""The demo's own eyes and ears: what the nodes publish, as plain data for the view."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from std_msgs.msg import Header, String

from emotion_ros.conversions.from_msg import msg_to_faces, msg_to_state, stamp_to_seconds
from emotion_ros.core.observations import FaceObservation
from emotion_ros.core.state import EmotionState
from emotion_ros.demo.evaluation import Sighting
from emotion_ros.demo.source_node import LATCHED, STARTED_TOPIC
from emotion_ros.msg import EmotionState as EmotionStateMsg
from emotion_ros.msg import FaceEmotionArray

QUEUE_DEPTH = 50
FRAME_TIMEOUT_S = 1.0


class DemoWatcher(Node):
    """Remembers the latest of everything and, from the story's beginning, every state."""

    def __init__(self, **node_options: Any) -> None:
        super().__init__('demo_watcher', **node_options)
        self.state: EmotionState | None = None
        self.latency_s = 0.0
        self.heard = ''
        self.sightings: list[Sighting] = []
        self._zero_s: float | None = None
        self._faces: tuple[FaceObservation, ...] = ()
        self._faces_until_s = 0.0
        self._own_executor = SingleThreadedExecutor(context=self.context)
        self._own_executor.add_node(self)
        self.create_subscription(Header, STARTED_TOPIC, self._on_started, LATCHED)
        self.create_subscription(EmotionStateMsg, 'emotion_state', self._on_state, QUEUE_DEPTH)
        self.create_subscription(FaceEmotionArray, 'emotion/faces', self._on_faces, QUEUE_DEPTH)
        self.create_subscription(String, 'speech', self._on_speech, QUEUE_DEPTH)

    def story_time(self) -> float | None:
        """Return the seconds since the story began; None before."""
        if self._zero_s is None:
            return None
        return float(self.get_clock().now().nanoseconds / 1e9 - self._zero_s)

    def faces(self) -> tuple[FaceObservation, ...] | None:
        """Return who was in the latest frame; None when it is older than FRAME_TIMEOUT_S."""
        return self._faces if monotonic() < self._faces_until_s else None

    def spin_for(self, seconds: float) -> None:
        """Take in what arrives during this time."""
        until_s = monotonic() + seconds
        while (left_s := until_s - monotonic()) > 0.0:
            self._own_executor.spin_once(timeout_sec=left_s)

    def _on_started(self, msg: Header) -> None:
        self._zero_s = stamp_to_seconds(msg.stamp)
        self.sightings.clear()

    def _on_state(self, msg: EmotionStateMsg) -> None:
        self.state, self.latency_s = msg_to_state(msg), msg.latency
        seen_s = self.story_time()
        if seen_s is not None:
            self.sightings.append(Sighting(seen_s, self.state))

    def _on_faces(self, msg: FaceEmotionArray) -> None:
        self._faces = msg_to_faces(msg).faces
        self._faces_until_s = monotonic() + FRAME_TIMEOUT_S

    def _on_speech(self, msg: String) -> None:
        self.heard = msg.data


@contextmanager
def watching() -> Iterator[DemoWatcher]:
    """Open a watcher in a ROS context of its own; signals stay with the caller."""
    context = rclpy.Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    try:
        watcher = DemoWatcher(context=context)
        try:
            yield watcher
        finally:
            watcher.destroy_node()
    finally:
        rclpy.shutdown(context=context)
