# SPDX-License-Identifier: MIT
"""wav_source: plays a file in place of a microphone, in real time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emotion_ros.audio.config import WavConfig
from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.errors import ConfigError
from emotion_ros.msg import Audio
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.messages.qos import SOUND_DEPTH
from emotion_ros.nodes.messages.to_msg import sound_to_msg
from emotion_ros.perception.voice.sound_file import cut_sound, read_sound
from emotion_ros.perception.voice.stream import AudioChunk

TICK_S = 0.02


class WavSourceNode(EmotionNode[WavConfig]):
    """Plays the file in ROS time: a chunk is published when its last sample is over."""

    Config = WavConfig

    def __init__(self, **node_options: Any) -> None:
        super().__init__('wav_source', **node_options)

    def setup(self) -> None:
        """Read the file and open the topic."""
        if not self.config.file:
            raise ConfigError('wav_source: file is empty: --ros-args -p file:=speech.wav')
        path = Path(self.config.file).expanduser()
        self._sound = read_sound(path, self.get_logger().warning)
        self._publisher = self.create_publisher(Audio, 'audio', SOUND_DEPTH)

    def activate(self) -> None:
        """Play from the beginning."""
        self._start_s = float('nan')
        self._chunks: Iterator[AudioChunk] = iter(())
        self._next: AudioChunk | None = None
        self._is_over = False
        self.create_timer(TICK_S, self._on_tick, clock=self.steady_clock)

    def details(self) -> dict[str, str]:
        """Return the file and how much of it has been played."""
        played_s = self._next.stamp_s if self._next else self._sound.duration_s * self._is_over
        return {
            'file': self.config.file,
            'topic': self._publisher.topic_name,
            'played_s': f'{played_s:.1f}',
        }

    def _on_tick(self) -> None:
        now_s = self.now_s()
        if now_s < self._start_s - CLOCK_JUMP_S:
            self._start_s, self._is_over = float('nan'), False
        if self._start_s != self._start_s and not self._begin(now_s):
            return
        while self._next and self._start_s + self._next.stamp_s + self._next.duration_s <= now_s:
            if self.enabled:
                stamp_s = self._start_s + self._next.stamp_s
                msg = sound_to_msg(self._next, stamp_s, self.config.frame_id)
                self._publisher.publish(msg)
                self.statistics.count('published')
            self._next = next(self._chunks, None)
        if self._next is None and not self._is_over:
            self._end()

    def _begin(self, now_s: float) -> bool:
        """Start to play, and return True, unless there is no clock or nothing subscribes."""
        is_alone = self._publisher.get_subscription_count() == 0
        if now_s == 0.0 or (is_alone and self.config.wait_for_subscriber):
            return False
        self._start_s = now_s
        self._chunks = cut_sound(self._sound, self.config.chunk)
        self._next = next(self._chunks, None)
        return True

    def _end(self) -> None:
        """Start again where the end was, or rest."""
        if self.config.loop:
            self._start_s += self._sound.duration_s
            self._chunks = cut_sound(self._sound, self.config.chunk)
            self._next = next(self._chunks, None)
            return
        self._is_over = True
        self.get_logger().info(f'{self.config.file}: played to the end')


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([WavSourceNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
