# SPDX-License-Identifier: MIT
"""The node that sends images and sentences to the nodes and records their messages."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from time import monotonic
from typing import Any, TypeVar

import numpy as np
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.timer import Timer
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import String

from benchmarks.message_stats import ReceivedMessage
from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.demo.synthetic_voice import SAMPLE_RATE, speak
from emotion_ros.msg import (
    Audio,
    EmotionEvidence,
    EmotionState,
    FaceEmotionArray,
    TextSentiment,
)
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from emotion_ros.nodes.messages.to_msg import sound_to_msg
from emotion_ros.perception.voice.sound_file import cut_sound
from emotion_ros.perception.voice.stream import AudioChunk

N = TypeVar('N', bound=Node)

QUEUE_DEPTH = 50
SOUND_PERIOD_S = 0.05


class ProbeNode(Node):
    """Publishes the frames in turn, and sentences; keeps every message received.

    ``published_s`` are the stamps of the published frames.
    """

    def __init__(self, frames: Sequence[Image | CompressedImage], **node_options: Any) -> None:
        super().__init__('bench_probe', **node_options)
        self.faces: list[ReceivedMessage] = []
        self.texts: list[ReceivedMessage] = []
        self.states: list[ReceivedMessage] = []
        self.voices: list[ReceivedMessage] = []
        self.published_s: list[float] = []
        self._frames = frames
        self._running_timers: list[Timer] = []
        msg_type = type(frames[0])
        topic = 'image/compressed' if msg_type is CompressedImage else 'image'
        self._images = self.create_publisher(msg_type, topic, 1)
        self._speech = self.create_publisher(String, 'speech', QUEUE_DEPTH)
        self._audio = self.create_publisher(Audio, 'audio', QUEUE_DEPTH)
        self._record(EmotionEvidence, 'emotion/evidence', self.voices)
        self._record(FaceEmotionArray, 'emotion/faces', self.faces)
        self._record(TextSentiment, 'emotion/text', self.texts)
        self._record(EmotionState, 'emotion_state', self.states)
        self._own_executor = SingleThreadedExecutor(context=self.context)
        self._own_executor.add_node(self)

    def now_s(self) -> float:
        """Return ROS time in seconds."""
        return float(self.get_clock().now().nanoseconds / 1e9)

    def is_connected(self) -> bool:
        """Return whether image and speech both have a subscriber."""
        return all(p.get_subscription_count() for p in (self._images, self._speech))

    def start_images(self, fps: float) -> None:
        """Publish frames until ``stop``."""
        self._running_timers.append(self.create_timer(1.0 / fps, self._publish_frame))

    def start_speech(self, sentences: Sequence[str], period_s: float) -> None:
        """Publish the sentences in turn until ``stop``."""
        texts = cycle(sentences)
        timer = self.create_timer(period_s, lambda: self.publish_sentence(next(texts)))
        self._running_timers.append(timer)

    def start_voice(self, sentences: Sequence[str]) -> None:
        """Publish sentences in a synthetic voice, with pauses, until ``stop``."""
        pause = np.zeros(SAMPLE_RATE, np.int16)
        sound = np.concatenate([part for text in sentences for part in (speak(text), pause)])
        chunks = cycle(cut_sound(AudioChunk(sound, SAMPLE_RATE, 1, 0.0), SOUND_PERIOD_S))

        def publish() -> None:
            begin_s = self.now_s() - SOUND_PERIOD_S
            self._audio.publish(sound_to_msg(next(chunks), begin_s, 'bench_microphone'))

        self._running_timers.append(self.create_timer(SOUND_PERIOD_S, publish))

    def stop(self) -> None:
        """Stop publishing images and sentences."""
        while self._running_timers:
            self.destroy_timer(self._running_timers.pop())

    def publish_sentence(self, sentence: str) -> None:
        """Publish one sentence, as a speech recogniser does."""
        self._speech.publish(String(data=sentence))

    def spin_once(self, timeout_s: float) -> None:
        """Run one callback, or wait for one."""
        self._own_executor.spin_once(timeout_sec=timeout_s)

    def spin_for(self, seconds: float) -> None:
        """Run callbacks for this long."""
        until_s = monotonic() + seconds
        while (left_s := until_s - monotonic()) > 0.0:
            self.spin_once(left_s)

    def _publish_frame(self) -> None:
        frame = self._frames[len(self.published_s) % len(self._frames)]
        frame.header.stamp = seconds_to_stamp(self.now_s())
        self.published_s.append(stamp_to_seconds(frame.header.stamp))
        self._images.publish(frame)

    def _record(self, msg_type: type, topic: str, messages: list[ReceivedMessage]) -> None:
        def on_message(msg: Any) -> None:
            stamp_s = stamp_to_seconds(msg.header.stamp)
            inference_s = float(getattr(msg, 'inference_time', 0.0))
            age_s = self.now_s() - stamp_s
            messages.append(ReceivedMessage(msg, stamp_s, age_s, inference_s))

        self.create_subscription(msg_type, topic, on_message, QUEUE_DEPTH)


@contextmanager
def temporary_node(make: Callable[..., N]) -> Iterator[N]:
    """Make a node in a new ROS context and destroy both at the end.

    The context installs no signal handlers: SIGINT still reaches the caller.
    """
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
