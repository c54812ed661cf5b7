# SPDX-License-Identifier: MIT
"""The node that sends images, sentences and sound to the nodes and records their messages."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from time import monotonic
from typing import Any, NamedTuple, TypeVar

import cv2
import numpy as np
import rclpy
from numpy.typing import NDArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.timer import Timer
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import String

from benchmarks.scenario import Scenario
from emotion_ros.msg import EmotionState, FaceEmotionArray, TextSentiment

N = TypeVar('N', bound=Node)

QUEUE_DEPTH = 50
SOUND_PERIOD_S = 0.05
SPEECH_PERIOD_S = 0.5
SENTENCES = (
    'I am so happy today!',
    'This is terrible!',
    'I feel neutral about this.',
    'Well, I did not expect to see you here, of all places, at this time of the night.',
    'Could you please bring me a glass of water?',
)


class Received(NamedTuple):
    """A message, the stamp of the input it is about, and its arrival (ROS time, s)."""

    stamp_s: float
    arrival_s: float
    msg: Any

    @property
    def age_ms(self) -> float:
        """Age of the input on arrival."""
        return 1e3 * (self.arrival_s - self.stamp_s)


class Robot(Node):
    """Publishes images in turn, sentences and sound; keeps every message received.

    ``published_s`` are the stamps of the published images.
    """

    def __init__(
        self,
        images: Sequence[Image | CompressedImage],
        has_recogniser: bool = True,
        **options: Any,
    ) -> None:
        super().__init__('bench_robot', **options)
        self.published_s: list[float] = []
        self._images, self._running_timers = images, list[Timer]()
        msg_type = type(images[0])
        topic = 'image/compressed' if msg_type is CompressedImage else 'image'
        self._camera = self.create_publisher(msg_type, topic, 1)
        self._inputs = [self._camera]
        if has_recogniser:
            self._speech = self.create_publisher(String, 'speech', QUEUE_DEPTH)
            self._inputs.append(self._speech)
        self.faces = self.record(FaceEmotionArray, 'emotion/faces')
        self.states = self.record(EmotionState, 'emotion_state')
        self.texts = self.record(TextSentiment, 'emotion/text')
        self.voices: list[Received] = []
        self._own_executor = SingleThreadedExecutor(context=self.context)
        self._own_executor.add_node(self)

    def now_s(self) -> float:
        """Return ROS time in seconds."""
        return float(self.get_clock().now().nanoseconds / 1e9)

    def is_connected(self) -> bool:
        """Return whether the images and the speech, if any, have a subscriber."""
        return all(p.get_subscription_count() for p in self._inputs)

    def record(self, msg_type: type, topic: str) -> list[Received]:
        """Return the list to which each message is added on its arrival."""
        received: list[Received] = []

        def on_message(msg: Any) -> None:
            received.append(Received(_seconds(msg), self.now_s(), msg))

        self.create_subscription(msg_type, topic, on_message, QUEUE_DEPTH)
        return received

    def start_images(self, fps: float) -> None:
        """Publish images until ``stop``."""
        self._repeat(1.0 / fps, self._publish_image)

    def start_speech(self) -> None:
        """Publish sentences in turn until ``stop``."""
        texts = cycle(SENTENCES)
        self._repeat(SPEECH_PERIOD_S, lambda: self.publish_sentence(next(texts)))

    def start_voice(self) -> None:
        """Publish sentences in a synthetic voice, with pauses, until ``stop``."""
        # Older versions have none of these.
        from emotion_ros.demo.synthetic_voice import SAMPLE_RATE, speak
        from emotion_ros.msg import Audio, EmotionEvidence
        from emotion_ros.nodes.messages.to_msg import sound_to_msg
        from emotion_ros.perception.voice.sound_file import cut_sound
        from emotion_ros.perception.voice.stream import AudioChunk

        self.voices = self.record(EmotionEvidence, 'emotion/evidence')
        audio = self.create_publisher(Audio, 'audio', QUEUE_DEPTH)
        pause = np.zeros(SAMPLE_RATE, np.int16)
        sound = np.concatenate([part for text in SENTENCES for part in (speak(text), pause)])
        chunks = cycle(cut_sound(AudioChunk(sound, SAMPLE_RATE, 1, 0.0), SOUND_PERIOD_S))

        def publish() -> None:
            begin_s = self.now_s() - SOUND_PERIOD_S
            audio.publish(sound_to_msg(next(chunks), begin_s, 'bench_microphone'))

        self._repeat(SOUND_PERIOD_S, publish)

    def stop(self) -> None:
        """Stop publishing."""
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

    def _repeat(self, period_s: float, action: Callable[[], None]) -> None:
        self._running_timers.append(self.create_timer(period_s, action))

    def _publish_image(self) -> None:
        image = self._images[len(self.published_s) % len(self._images)]
        image.header.stamp = self.get_clock().now().to_msg()
        self.published_s.append(_seconds(image))
        self._camera.publish(image)


def image_messages(
    scenario: Scenario, frames: Sequence[NDArray[np.uint8]], quality: int = 90
) -> list[Image | CompressedImage]:
    """Return BGR images [height, width, 3] as the camera of a scenario publishes them."""
    if scenario.is_compressed:
        options = (cv2.IMWRITE_JPEG_QUALITY, quality)
        jpegs = [cv2.imencode('.jpg', frame, options)[1].tobytes() for frame in frames]
        form = 'bgr8; jpeg compressed'
        return [CompressedImage(format=form, data=array('B', jpeg)) for jpeg in jpegs]
    width, height = scenario.width, scenario.height
    shape = {'width': width, 'height': height, 'encoding': 'bgr8', 'step': 3 * width}
    return [Image(**shape, data=array('B', frame.tobytes())) for frame in frames]


@contextmanager
def temporary_nodes(*make: Callable[..., N]) -> Iterator[list[N]]:
    """Make nodes in a new ROS context and destroy all at the end.

    The context installs no signal handlers: SIGINT still reaches the caller.
    """
    context = rclpy.Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    with ExitStack() as stack:
        stack.callback(rclpy.shutdown, context=context)
        nodes = [each(context=context) for each in make]
        for node in nodes:
            stack.callback(node.destroy_node)
        yield nodes


def _seconds(msg: Any) -> float:
    return float(msg.header.stamp.sec + msg.header.stamp.nanosec / 1e9)
