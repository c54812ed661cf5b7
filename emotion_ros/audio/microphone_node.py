# SPDX-License-Identifier: MIT
"""microphone_source: publishes the sound of a microphone of this machine."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from emotion_ros.audio.config import MicrophoneConfig
from emotion_ros.audio.microphone import (
    LastingMicrophone,
    Microphone,
    OnSound,
    open_microphone,
)
from emotion_ros.msg import Audio
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.messages.qos import SOUND_DEPTH
from emotion_ros.nodes.messages.to_msg import sound_to_msg
from emotion_ros.perception.voice.stream import AudioChunk


class MicrophoneNode(EmotionNode[MicrophoneConfig]):
    """Publishes the sound of a microphone; nothing is kept.

    One that is unplugged is opened again when it is back.
    """

    Config = MicrophoneConfig
    _microphone: LastingMicrophone | None = None
    _problem = ''

    def __init__(
        self,
        open_device: Callable[[MicrophoneConfig, OnSound], Microphone] = open_microphone,
        **node_options: Any,
    ) -> None:
        self._open_device = open_device
        super().__init__('microphone_source', **node_options)

    def setup(self) -> None:
        """Open the topic."""
        self._publisher = self.create_publisher(Audio, 'audio', SOUND_DEPTH)

    def activate(self) -> None:
        """Open the device."""
        self._microphone = LastingMicrophone(self.config, self._on_sound, self._open_device)

    def deactivate(self) -> None:
        """Give the device back; its thread publishes."""
        if self._microphone is not None:
            self._microphone.close()
            self._microphone, self._problem = None, ''

    def problems(self) -> Iterable[str]:
        """Return that the device gives no sound."""
        return (self._problem,)

    def on_second(self) -> None:
        """Look after the device; log once that it is lost, and once that it is back."""
        super().on_second()
        problem = self._microphone.check() if self._microphone is not None else ''
        if problem and not self._problem:
            self.get_logger().warning(problem)
        elif self._problem and not problem:
            self.get_logger().info('microphone: sound comes again')
        self._problem = problem

    def details(self) -> dict[str, str]:
        """Return the device and the topic."""
        return {
            'input_device': self.config.input_device or 'default',
            'topic': self._publisher.topic_name,
        }

    def _on_sound(self, data: bytes, rate: int, age_s: float, is_after_loss: bool) -> None:
        """Publish a block from the thread of the device."""
        if is_after_loss:
            self.statistics.count('overflows')
        if not self.enabled:
            return
        chunk = AudioChunk(np.frombuffer(data, np.int16), rate, self.config.channels, 0.0)
        # PortAudio's times are not those of ROS; on some systems the age is 0 or nonsense.
        is_known = chunk.duration_s <= age_s <= chunk.duration_s + 1.0
        stamp_s = self.now_s() - (age_s if is_known else chunk.duration_s)
        self._publisher.publish(sound_to_msg(chunk, stamp_s, self.config.frame_id))
        self.statistics.count('published')


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([MicrophoneNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
