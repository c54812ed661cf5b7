#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A modality of your own: says every half second that the posture looks like one emotion.

Replace ``observe`` by your classifier and keep the rest. With the nodes running::

    python3 examples/fake_posture.py --emotion sad --confidence 0.8

The pool takes it in at ``other_weight``, or at ``posture.weight`` when the fusion lists it::

    fusion_node:
      ros__parameters:
        modalities: [posture]
        posture: {weight: 0.7, half_life: 1.5, timeout: 5.0}
"""

import argparse
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.msg import EmotionEvidence

PERIOD_S = 0.5


class FakePosture(Node):
    """Publishes one EmotionEvidence every PERIOD_S."""

    def __init__(self, emotion: str, confidence: float, **node_options: Any) -> None:
        super().__init__('fake_posture', **node_options)
        self._emotion, self._confidence = emotion, confidence
        self._publisher = self.create_publisher(EmotionEvidence, 'emotion/evidence', 10)
        self.create_timer(PERIOD_S, self.publish)

    def observe(self) -> tuple[Sequence[float], float]:
        """Return seven probabilities that sum to 1, in the order of EMOTIONS, and a quality.

        The quality, 0..1, says how far this observation can be trusted (distance, occlusion).
        """
        rest = (1.0 - self._confidence) / (len(EMOTIONS) - 1)
        return [self._confidence if name == self._emotion else rest for name in EMOTIONS], 1.0

    def publish(self) -> None:
        """Publish the probabilities, stamped with the time of the image."""
        probabilities, quality = self.observe()
        msg = EmotionEvidence(modality='posture', source=self.get_name())
        msg.header.stamp = self.get_clock().now().to_msg()
        msg.probabilities = [float(p) for p in probabilities]
        msg.quality = float(quality)  # ROS does not convert NumPy's float32
        msg.detail = f'{self._emotion.capitalize()} ({self._confidence:.0%})'
        self._publisher.publish(msg)


def main() -> None:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--emotion', choices=EMOTIONS, default='sad')
    parser.add_argument('--confidence', type=float, default=0.8)
    args, ros_args = parser.parse_known_args()
    if not 0.0 <= args.confidence <= 1.0:
        parser.error(f'--confidence {args.confidence} is not within 0..1')
    rclpy.init(args=ros_args)
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(FakePosture(args.emotion, args.confidence))


if __name__ == '__main__':
    main()
