# SPDX-License-Identifier: MIT
"""microphone_source: a microphone of this machine, by PortAudio (package sounddevice)."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from emotion_ros.audio.config import MicrophoneConfig
from emotion_ros.errors import ConfigError, MissingDependency
from emotion_ros.msg import Audio
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.qos import SOUND_DEPTH
from emotion_ros.nodes.to_msg import sound_to_msg
from emotion_ros.perception.voice.stream import AudioChunk

INSTALL = 'pip install sounddevice; apt install libportaudio2'

OnSound = Callable[[bytes, float, bool], None]
"""Called with interleaved int16 samples, the seconds since the first one was recorded, and
whether some before them were lost."""


class Microphone(Protocol):
    """An open microphone that calls back from a thread."""

    def stop(self) -> None:
        """Stop; no callback comes afterwards."""
        ...

    def close(self) -> None:
        """Give the device back."""
        ...


def open_microphone(config: MicrophoneConfig, on_sound: OnSound) -> Microphone:
    """Open and start the device; MissingDependency, or ConfigError with the devices there are."""
    try:
        import sounddevice  # an extra
    except (ImportError, OSError) as error:  # OSError: PortAudio is missing
        raise MissingDependency(f'microphone_source needs sounddevice: {INSTALL}') from error

    def on_block(data: Any, frames: int, time: Any, status: Any) -> None:
        del frames
        on_sound(bytes(data), time.currentTime - time.inputBufferAdcTime, status.input_overflow)

    device = config.input_device
    try:
        stream = sounddevice.RawInputStream(
            samplerate=config.sample_rate,
            channels=config.channels,
            blocksize=round(config.chunk * config.sample_rate),
            device=int(device) if device.isdecimal() else device or None,
            dtype='int16',
            callback=on_block,
        )
        stream.start()
    except (sounddevice.PortAudioError, ValueError) as error:
        inputs = [d for d in sounddevice.query_devices() if d['max_input_channels']]
        names = ', '.join(f'{d["index"]}: {d["name"]}' for d in inputs) or 'none'
        raise ConfigError(f'microphone_source: {error}; input devices: {names}') from error
    microphone: Microphone = stream
    return microphone


class MicrophoneNode(EmotionNode[MicrophoneConfig]):
    """Publishes the sound of a microphone; nothing is kept."""

    Config = MicrophoneConfig
    _microphone: Microphone | None = None

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
        self._microphone = self._open_device(self.config, self._on_sound)

    def deactivate(self) -> None:
        """Give the device back; its thread publishes."""
        if self._microphone is not None:
            self._microphone.stop()
            self._microphone.close()
            self._microphone = None

    def details(self) -> dict[str, str]:
        """Return the device and the topic."""
        return {
            'input_device': self.config.input_device or 'default',
            'topic': self._publisher.topic_name,
        }

    def _on_sound(self, data: bytes, age_s: float, is_after_loss: bool) -> None:
        """Publish a block from the thread of the device."""
        if is_after_loss:
            self.statistics.count('overflows')
        if not self.enabled:
            return
        chunk = AudioChunk(
            np.frombuffer(data, np.int16), self.config.sample_rate, self.config.channels, 0.0
        )
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
