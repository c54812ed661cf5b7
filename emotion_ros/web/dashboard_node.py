# SPDX-License-Identifier: MIT
"""dashboard_node: a page that shows what the robot believes, and why."""

from collections.abc import Callable
from threading import Thread
from typing import Any, TypeVar

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.qos import QoSProfile, ReliabilityPolicy
from std_msgs.msg import String

from emotion_ros.conversions.from_msg import msg_to_faces, msg_to_text
from emotion_ros.conversions.observation_fields import tone_of
from emotion_ros.conversions.state_from_msg import msg_to_state
from emotion_ros.core.graph_checks import FUSION, SENTIMENT, VISION
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import EmotionState, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.guard import guarded
from emotion_ros.web.camera_preview import CameraPicture
from emotion_ros.web.dashboard_config import DashboardConfig
from emotion_ros.web.live_state import WINDOW_S, Board, Frame, NodeHealth
from emotion_ros.web.server import WebServer

M = TypeVar('M')

# Best effort, so that the dashboard can hold nobody up and hears every kind of publisher.
LISTEN = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)
SHOWN_NODES = (VISION, SENTIMENT, FUSION)
STOP_TIMEOUT_S = 1.0


class DashboardNode(EmotionNode[DashboardConfig]):
    """Listens to everything, keeps the newest in memory, and shows it to browsers."""

    Config = DashboardConfig
    # From Kilted on a node whose start failed is destroyed, too.
    _camera: CameraPicture | None = None
    _thread: Thread | None = None

    def __init__(self, **node_options: Any) -> None:
        super().__init__('dashboard_node', **node_options)
        self.start()
        self._board = Board()
        if self.config.show_image:
            self._camera = CameraPicture(self, self._is_looked_at)
        self.server = WebServer(self.config.host, self.config.port, self.config.rate, self)
        self._states = self._take(EmotionState, 'emotion_state', self._on_state)
        self._take(FaceEmotionArray, 'emotion/faces', self._on_faces)
        self._take(TextSentiment, 'emotion/text', self._on_text)
        self._take(String, 'speech', self._on_speech)
        self._take(DiagnosticArray, '/diagnostics', self._on_diagnostics)
        self._thread = Thread(
            target=guarded, args=(self.server.run, self.report_error), name='web', daemon=True
        )
        self._thread.start()
        self._announce()

    def destroy_node(self) -> None:
        """Stop the server first: its pages ask this node."""
        if self._thread:
            self.server.stop()
            self._thread.join(STOP_TIMEOUT_S)
        if self._camera:
            self._camera.stop()
        super().destroy_node()

    def details(self) -> dict[str, str]:
        """Return where to look, and how many do."""
        return {
            'topic': self._states.topic_name,
            'url': self.server.url,
            'clients': str(self.server.clients),
        }

    def on_enable(self, enabled: bool) -> None:
        """Forget everything when switched off."""
        if not enabled:
            self._board.clear()
            if self._camera:
                self._camera.clear()

    def hello(self) -> str:
        """Return what a page is told first; called in the server's thread."""
        return self._board.hello(
            {
                'topic': self._states.topic_name,
                'window_s': WINDOW_S,
                'show_image': self.config.show_image,
            }
        )

    def now(self) -> str:
        """Return what every page is told next; called in the server's thread."""
        return self._board.now(self.steady_s(), self.enabled)

    def picture(self) -> bytes | None:
        """Return the camera's image; called in the server's thread."""
        return self._camera.jpeg if self._camera else None

    def _take(self, kind: type[M], topic: str, put: Callable[[M], None]) -> Any:
        """Subscribe: convert, hand over; what cannot be read is counted."""

        def on_message(msg: M) -> None:
            if not self.enabled:
                return
            self.health.count('received')
            try:
                put(msg)
            except InvalidInput as error:
                self.health.reject(error.reason)

        return self.create_subscription(kind, topic, on_message, LISTEN)

    def _on_state(self, msg: EmotionState) -> None:
        self._board.see_state(msg_to_state(msg), float(msg.latency), self.steady_s())

    def _on_faces(self, msg: FaceEmotionArray) -> None:
        frame = Frame(
            msg_to_faces(msg), msg.image_width, msg.image_height, msg.reason, msg.inference_time
        )
        self._board.see_frame(frame, self.steady_s())

    def _on_text(self, msg: TextSentiment) -> None:
        text = msg_to_text(msg)
        if not text.is_status_only:
            age_s = self.now_s() - text.stamp_s
            self._board.judge(tone_of(text), msg.inference_time, self.steady_s() - age_s)

    def _on_speech(self, msg: String) -> None:
        self._board.hear(msg.data, self.steady_s())

    def _on_diagnostics(self, msg: DiagnosticArray) -> None:
        for status in msg.status:
            if status.name in SHOWN_NODES and status.hardware_id == self.get_namespace():
                values = {pair.key: pair.value for pair in status.values}
                level = int.from_bytes(status.level, 'big')
                health = NodeHealth(status.name, level, status.message, values)
                self._board.see_node(health, self.steady_s())

    def _is_looked_at(self) -> bool:
        return self.enabled and self.server.clients > 0

    def _announce(self) -> None:
        where = self.server.url
        if self.server.is_private:
            self.get_logger().info(f'the dashboard is at {where}')
        else:
            self.get_logger().warning(
                f'the dashboard is at {where}: whoever reaches this machine can look'
            )


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([DashboardNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
