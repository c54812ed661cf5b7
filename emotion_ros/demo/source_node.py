# SPDX-License-Identifier: MIT
"""demo_source: plays a storyboard in place of a camera and a speech recogniser."""

from pathlib import Path
from typing import Any

from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Header

from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.demo.config import DemoConfig
from emotion_ros.demo.publishers import make_stage
from emotion_ros.demo.storyboard_file import load_storyboard, packaged_storyboard
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.to_msg import seconds_to_stamp

STARTED_TOPIC = 'demo/started'
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
NOT_PLAYED = float('-inf')


class DemoSourceNode(EmotionNode[DemoConfig]):
    """Tells the story in ROS time; after its end the last view stays, or it starts again.

    The stamp of ``demo/started`` (latched) is the story's time zero, its frame_id the file.
    """

    Config = DemoConfig

    def __init__(self, **node_options: Any) -> None:
        super().__init__('demo_source', **node_options)
        path = Path(self.config.storyboard) if self.config.storyboard else packaged_storyboard()
        self._path = path
        self._storyboard = load_storyboard(path)
        self._stage = make_stage(self.config.level, self, self._storyboard, path.parent)
        self._started_publisher = self.create_publisher(Header, STARTED_TOPIC, LATCHED)
        self._created_s = self.steady_s()
        self._zero_s: float | None = None
        self._played_until_s = NOT_PLAYED
        self.start()
        self.create_timer(1.0 / self.config.rate, self._on_tick, clock=self.steady_clock)

    def details(self) -> dict[str, str]:
        """Return what is played, and how."""
        return {'storyboard': str(self._path), 'level': self.config.level}

    def _on_tick(self) -> None:
        now_s, began_s = self.now_s(), self.steady_s()
        if not self.enabled or not self._may_play(now_s):
            return
        t_s = self._story_time(now_s)
        cues = self._storyboard.cues_between(self._played_until_s, t_s)
        self._stage.play(t_s, cues, now_s)
        self._played_until_s = max(t_s, self._played_until_s)
        self.health.processed(0.0, self.steady_s() - began_s)

    def _may_play(self, now_s: float) -> bool:
        """Wait for a clock and, before the beginning, a while for somebody to listen."""
        if now_s == 0.0 or self._zero_s is not None:
            return now_s > 0.0
        waited_s = self.steady_s() - self._created_s
        return waited_s >= self.config.wait_for_subscribers or self._stage.is_heard()

    def _story_time(self, now_s: float) -> float:
        """Return the time since the story's zero, which is set now if it begins (again) now."""
        if self._zero_s is None or self._begins_again(now_s - self._zero_s):
            self._zero_s, self._played_until_s = now_s, NOT_PLAYED
            header = Header(stamp=seconds_to_stamp(now_s), frame_id=str(self._path))
            self._started_publisher.publish(header)
        return now_s - self._zero_s

    def _begins_again(self, t_s: float) -> bool:
        """Return whether the loop is due or the clock was set back."""
        is_over = self._played_until_s >= self._storyboard.duration_s
        return (self.config.loop and is_over) or t_s < self._played_until_s - CLOCK_JUMP_S


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([DemoSourceNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
