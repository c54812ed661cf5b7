#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A behaviour controller: comfort a sad person, share joy, and stop when it is over.

With the nodes running, or with ``emotion-ros demo`` in another terminal (the same ROS_DOMAIN_ID
in both, such as ``export ROS_DOMAIN_ID=30``)::

    python3 examples/behaviour_node.py

``emotion-ros policy`` tries rules like these on a recorded bag.
"""

from contextlib import suppress

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from std_msgs.msg import String

from emotion_ros.listener import EmotionListener
from emotion_ros.msg import EmotionState


class BehaviourNode(Node):
    """Logs, and publishes on ``behaviour``, what the robot does."""

    def __init__(self) -> None:
        super().__init__('behaviour')
        self._publisher = self.create_publisher(String, 'behaviour', 10)
        listener = EmotionListener(self)
        listener.on_actionable('sad', for_s=3.0, cooldown_s=30.0, do=self.comfort, then=self.rest)
        listener.on_actionable('happy', 'surprise', for_s=1.0, do=self.cheer, then=self.rest)

    def comfort(self, state: EmotionState) -> None:
        """A person has been sad for three seconds."""
        self._say(f'comfort {state.person_id}')

    def cheer(self, state: EmotionState) -> None:
        """A person has been happy or surprised for a second."""
        self._say(f'cheer with {state.person_id}')

    def rest(self, state: EmotionState) -> None:  # noqa: ARG002
        """The emotion changed or became uncertain, the person left, or no state arrives."""
        self._say('rest')

    def _say(self, words: str) -> None:
        self.get_logger().info(words)
        self._publisher.publish(String(data=words))


def main() -> None:
    """Run until interrupted."""
    rclpy.init()
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(BehaviourNode())


if __name__ == '__main__':
    main()
