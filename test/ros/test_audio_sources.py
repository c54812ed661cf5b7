# SPDX-License-Identifier: MIT
"""wav_source and microphone_source over real DDS: what they publish, and what they cannot play."""

import wave
from array import array
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.audio.microphone import INSTALL, open_microphone
from emotion_ros.audio.microphone_node import MicrophoneNode
from emotion_ros.audio.wav_node import WavSourceNode
from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.errors import ConfigError, MissingDependency
from emotion_ros.msg import Audio

RATE = 8000


def wav(folder: Path, seconds: float = 0.5) -> str:
    """Write a stereo file whose samples count up."""
    path = folder / 'a.wav'
    with wave.open(str(path), 'wb') as file:
        file.setparams((2, 2, RATE, 0, 'NONE', ''))
        file.writeframes(np.arange(round(2 * seconds * RATE), dtype='<i2').tobytes())
    return str(path)


def played(messages: list[Audio]) -> list[int]:
    return [sample for msg in messages for sample in msg.samples]


def test_a_file_is_played_whole_and_in_real_time(graph, tmp_path):
    node = graph.add(WavSourceNode, file=wav(tmp_path), chunk=0.1)
    assert node.details()['played_s'] == '0.0'
    sound = graph.listen(Audio, 'audio', 100)
    begun_s = node.now_s()
    graph.until(lambda: len(sound) >= 5, 'the sound')
    assert node.now_s() - begun_s >= 0.5
    assert played(sound) == list(range(8000))
    assert {(m.sample_rate, m.channels, m.header.frame_id) for m in sound} == {(RATE, 2, 'wav')}
    stamps = [stamp_to_seconds(m.header.stamp) for m in sound]
    assert np.diff(stamps) == pytest.approx([0.1] * 4, abs=1e-6)
    assert node.details()['played_s'] == '0.5'


def test_it_can_start_again_without_a_gap(graph, tmp_path):
    sound = graph.listen(Audio, 'audio', 100)
    graph.add(WavSourceNode, file=wav(tmp_path, 0.1), chunk=0.1, loop=True)
    graph.until(lambda: len(sound) >= 3, 'the sound')
    stamps = [stamp_to_seconds(m.header.stamp) for m in sound[:3]]
    assert np.diff(stamps) == pytest.approx([0.1] * 2, abs=1e-6)


@pytest.mark.parametrize(
    ('file', 'words'),
    [('', 'file is empty'), ('/nowhere/a.wav', '/nowhere/a.wav: cannot be read')],
)
def test_a_file_that_cannot_be_played_ends_the_start(graph, file, words):
    with pytest.raises(ConfigError, match=words):
        graph.add(WavSourceNode, file=file)


class Device:
    """A microphone whose blocks the test gives."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def open(self, config, on_sound):
        """Take the place of open_microphone."""
        self.config, self.on_sound = config, on_sound
        return self

    def stop(self) -> None:
        """Note it."""
        self.calls.append('stop')

    def close(self) -> None:
        """Note it."""
        self.calls.append('close')


def test_a_block_of_the_microphone_is_stamped_with_its_first_sample(graph):
    device, sound = Device(), graph.listen(Audio, 'audio', 100)
    node = graph.add(MicrophoneNode, device.open, sample_rate=RATE, channels=2)
    block = array('h', range(800))
    for age_s in (0.08, 0.0):
        now_s = node.now_s()
        device.on_sound(block.tobytes(), RATE, age_s, age_s == 0.0)
        msg = graph.until(lambda: sound and sound.pop(), 'sound')
        assert (msg.samples, msg.sample_rate, msg.channels) == (block, RATE, 2)
        expected_s = now_s - (age_s or 0.05)  # an age of 0 cannot be: the block ended just now
        assert stamp_to_seconds(msg.header.stamp) == pytest.approx(expected_s, abs=0.02)
    assert node.statistics.counts()['overflows'] == 1
    graph.remove(node)
    assert device.calls == ['stop', 'close']


def test_without_its_package_the_remedy_is_named(monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'sounddevice', None)
    with pytest.raises(MissingDependency, match=INSTALL):
        open_microphone(None, lambda *_: None)
