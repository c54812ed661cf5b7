# SPDX-License-Identifier: MIT
"""Sound of a file and of a device, as the session takes it."""

import subprocess
import wave
from itertools import pairwise
from threading import Event
from time import monotonic

import numpy as np
import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.live.sound_feed import CHUNK_S, MicrophoneFeed, SoundFileFeed, VideoSoundFeed
from emotion_ros.perception.voice.ffmpeg import find_ffmpeg
from image_files import make_video

RATE = 16_000
BLOCK = round(CHUNK_S * RATE)


def test_a_file_is_played_in_real_time_and_begins_again(tmp_path):
    path = tmp_path / 'a.wav'
    with wave.open(str(path), 'wb') as file:
        file.setparams((2, 2, RATE, 0, 'NONE', ''))
        file.writeframes(np.zeros(2 * 2 * BLOCK, np.int16).tobytes())
    stopping, chunks, began_s = Event(), [], monotonic()

    def on_chunk(chunk):
        assert monotonic() >= chunk.stamp_s + chunk.duration_s
        chunks.append(chunk)
        if len(chunks) == 3:
            stopping.set()

    SoundFileFeed(path).play(stopping, on_chunk)
    assert [(c.channels, c.sample_rate, len(c.samples)) for c in chunks] == [
        (2, RATE, 2 * BLOCK)
    ] * 3
    assert chunks[0].stamp_s >= began_s
    assert all(b.stamp_s - a.stamp_s >= 0.9 * CHUNK_S for a, b in pairwise(chunks))


def test_the_sound_of_a_video_begins_anew_with_its_images(tmp_path):
    pytest.importorskip('imageio_ffmpeg')
    path = tmp_path / 'a.mkv'
    tone = "aevalsrc='0.5*sin(3000*t)*gt(t,0.1)':d=2:s=16000"
    inputs = ['-f', 'lavfi', '-i', 'color=s=64x48:d=1', '-f', 'lavfi', '-i', tone]
    codecs = ['-c:v', 'mpeg4', '-c:a', 'pcm_s16le']
    command = [find_ffmpeg(), '-nostdin', '-v', 'error', *inputs, *codecs, str(path)]
    subprocess.run(command, check=True)
    feed, stopping = VideoSoundFeed(path), Event()
    began_s, onsets_s = [monotonic()], []
    feed.begin(began_s[0])

    def on_chunk(chunk):
        assert chunk.stamp_s + chunk.duration_s <= monotonic()
        is_new = len(onsets_s) < len(began_s)
        if is_new and chunk.stamp_s >= began_s[-1] and np.abs(chunk.samples).max() > 9000:
            onsets_s.append(chunk.stamp_s - began_s[-1])
            began_s.append(monotonic())
            feed.begin(began_s[-1])
        if len(onsets_s) == 2:
            stopping.set()

    feed.play(stopping, on_chunk)
    assert onsets_s == pytest.approx([0.1, 0.1], abs=CHUNK_S)


def test_a_damaged_video_is_told_once_when_its_end_is_reached(tmp_path):
    pytest.importorskip('imageio_ffmpeg')
    path = make_video(tmp_path / 'a.mkv', 2)
    tone = ['-f', 'lavfi', '-i', 'sine=d=0.1', '-map', '0', '-map', '1']
    whole = tmp_path / 'b.mkv'
    command = [find_ffmpeg(), '-nostdin', '-v', 'error', '-i', str(path), *tone, str(whole)]
    subprocess.run(command, check=True)
    whole.write_bytes(whole.read_bytes()[:-40])
    stopping, told = Event(), []

    def on_damage(problem):
        told.append(problem)
        stopping.set()

    feed = VideoSoundFeed(whole, on_damage)
    feed.begin(monotonic())
    feed.play(stopping, lambda chunk: None)
    assert told == ['b.mkv: damaged: File ended prematurely']


def test_a_video_without_sound_is_one_line(tmp_path):
    pytest.importorskip('imageio_ffmpeg')
    with pytest.raises(ConfigError, match=r'a\.avi: holds no sound'):
        VideoSoundFeed(make_video(tmp_path / 'a.avi', 2))


def test_a_file_that_is_missing_is_one_line(tmp_path):
    with pytest.raises(ConfigError, match='none.wav: cannot be read: No such file'):
        SoundFileFeed(tmp_path / 'none.wav')


class Device:
    """A microphone that has recorded one block when it is opened and one when it is stopped."""

    def __init__(self, config, on_sound):
        self.calls = []
        self._on_sound, self._block = on_sound, np.ones(BLOCK, np.int16).tobytes()
        assert config.chunk == CHUNK_S
        on_sound(self._block, RATE, 0.0, False)

    def stop(self):
        self._on_sound(self._block, RATE, 0.0, True)
        self.calls.append('stop')

    def close(self):
        self.calls.append('close')


def test_a_device_gives_blocks_while_the_session_runs_and_is_given_back():
    devices, chunks, stopping = [], [], Event()

    def open_device(config, on_sound):
        devices.append(Device(config, on_sound))
        return devices[0]

    stopping.set()
    MicrophoneFeed('', open_device).play(stopping, chunks.append)
    (chunk,) = chunks
    assert (chunk.duration_s, chunk.is_stamped, chunk.source) == (CHUNK_S, False, 'microphone')
    assert devices[0].calls == ['stop', 'close']
