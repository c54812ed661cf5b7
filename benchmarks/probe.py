# SPDX-License-Identifier: MIT
"""A camera, a speaker and an ear: drives the nodes from outside and notes when they answer."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from time import monotonic
from typing import Any, TypeVar

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.timer import Timer
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import String

from benchmarks.answers import Answer
from benchmarks.camera import Frame
from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.msg import EmotionState, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.to_msg import seconds_to_stamp

N = TypeVar('N', bound=Node)

QUEUE_DEPTH = 50


class Probe(Node):
    """Shows the frames in turn and says sentences; keeps every answer."""

    def __init__(self, frames: Sequence[Frame], **node_options: Any) -> None:
        super().__init__('bench_probe', **node_options)
        self.faces: list[Answer] = []
        self.texts: list[Answer] = []
        self.states: list[Answer] = []
        self.shown_s: list[float] = []
        self._frames = frames
        self._timers_at_work: list[Timer] = []
        kind = type(frames[0])
        topic = 'image/compressed' if kind is CompressedImage else 'image'
        self._images = self.create_publisher(kind, topic, 1)
        self._speech = self.create_publisher(String, 'speech', QUEUE_DEPTH)
        self._note(FaceEmotionArray, 'emotion/faces', self.faces)
        self._note(TextSentiment, 'emotion/text', self.texts)
        self._note(EmotionState, 'emotion_state', self.states)
        self._own_executor = SingleThreadedExecutor(context=self.context)
        self._own_executor.add_node(self)

    def now_s(self) -> float:
        """Return ROS time in seconds."""
        return float(self.get_clock().now().nanoseconds / 1e9)

    def is_heard(self) -> bool:
        """Return whether somebody listens to the camera and to the speaker."""
        return all(p.get_subscription_count() for p in (self._images, self._speech))

    def start_camera(self, fps: float) -> None:
        """Show frames until ``stop``."""
        self._timers_at_work.append(self.create_timer(1.0 / fps, self._show))

    def start_talk(self, sentences: Sequence[str], every_s: float) -> None:
        """Say one sentence after the other, again and again, until ``stop``."""
        words = cycle(sentences)
        talk = self.create_timer(every_s, lambda: self.say(next(words)))
        self._timers_at_work.append(talk)

    def stop(self) -> None:
        """Show and say nothing more."""
        while self._timers_at_work:
            self.destroy_timer(self._timers_at_work.pop())

    def say(self, sentence: str) -> None:
        """Be a speech recogniser."""
        self._speech.publish(String(data=sentence))

    def spin_once(self, timeout_s: float) -> None:
        """Take in what has arrived, or wait for something to arrive."""
        self._own_executor.spin_once(timeout_sec=timeout_s)

    def spin_for(self, seconds: float) -> None:
        """Take in what arrives during this time."""
        until_s = monotonic() + seconds
        while (left_s := until_s - monotonic()) > 0.0:
            self.spin_once(left_s)

    def _show(self) -> None:
        frame = self._frames[len(self.shown_s) % len(self._frames)]
        now_s = self.now_s()
        frame.header.stamp = seconds_to_stamp(now_s)
        self.shown_s.append(stamp_to_seconds(frame.header.stamp))
        self._images.publish(frame)

    def _note(self, kind: type, topic: str, answers: list[Answer]) -> None:
        def on_message(msg: Any) -> None:
            stamp_s = stamp_to_seconds(msg.header.stamp)
            inference_s = float(getattr(msg, 'inference_time', 0.0))
            answers.append(Answer(msg, stamp_s, self.now_s() - stamp_s, inference_s))

        self.create_subscription(kind, topic, on_message, QUEUE_DEPTH)


@contextmanager
def temporary_node(make: Callable[..., N]) -> Iterator[N]:
    """Make a node in a ROS context of its own; signals stay with the caller."""
    context = rclpy.Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = make(context=context)
        try:
            yield node
        finally:
            node.destroy_node()
    finally:
        rclpy.shutdown(context=context)
