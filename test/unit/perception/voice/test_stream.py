# SPDX-License-Identifier: MIT
"""Received sound to mono at 16 kHz: formats, two microphones, receipt times, bad chunks."""

from dataclasses import replace

import numpy as np
import pytest

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.voice.stream import AudioChunk, AudioStream

RATE = 16_000


def chunk(stamp_s: float, seconds: float = 0.1, **changes) -> AudioChunk:
    return replace(
        AudioChunk(np.ones(round(seconds * RATE), np.int16), RATE, 1, stamp_s), **changes
    )


def times(stream: AudioStream, *chunks: AudioChunk) -> list[float]:
    return [stream.add(each)[1] for each in chunks]


@pytest.mark.parametrize('sizes', [(1,) * 50, (7, 1, 333, 1), (160_000,)])
def test_chunks_of_any_size_keep_their_time_and_their_samples(sizes):
    stream, at = AudioStream(), 10.0
    for size in sizes:
        samples, stamp_s = stream.add(AudioChunk(np.ones(size, np.int16), RATE, 1, at))
        assert (len(samples), stamp_s) == (size, at)
        at += size / RATE


def test_stamps_of_the_receipt_may_come_in_bursts():
    receipts = [5.0, *[5.8] * 8]
    found = times(AudioStream(), *(chunk(s, is_stamped=False) for s in receipts))
    assert found == pytest.approx([5.0 + 0.1 * n for n in range(9)], abs=0.08)
    assert (np.diff(found) > 0).all()


def test_without_stamps_a_long_pause_begins_anew():
    found = times(AudioStream(), *(chunk(s, is_stamped=False) for s in (5.0, 6.5, 3.0)))
    assert found == [5.0, 6.5, 3.0]


def test_two_microphones_are_not_mixed():
    stream = AudioStream()
    for n in range(20):
        stream.add(chunk(5.0 + 0.1 * n, source='left'))
        with pytest.raises(InvalidInput) as raised:
            stream.add(chunk(5.01 + 0.1 * n, source='right'))
        assert raised.value.reason == 'other_source'


def test_what_the_robot_plays_on_the_topic_of_its_microphone_is_another_source():
    """The nodes tts and music of audio_common with PortAudio do so, in float."""
    stream = AudioStream()
    stream.add(chunk(5.0))
    with pytest.raises(InvalidInput, match='other_source'):
        stream.add(chunk(5.1, samples=np.zeros(1600, np.float32)))


def test_another_rate_is_taken_once_the_first_is_silent():
    stream = AudioStream()
    stream.add(chunk(5.0))
    other = AudioChunk(np.zeros(4800, np.float32), 48_000, 1, 5.1)
    with pytest.raises(InvalidInput, match='other_source'):
        stream.add(other)
    samples, stamp_s = stream.add(replace(other, stamp_s=6.2))
    assert (len(samples), stamp_s) == (1600, 6.2)


def test_after_a_reset_another_microphone_is_taken_at_once():
    stream = AudioStream()
    stream.add(chunk(5.0, source='left'))
    stream.reset()
    assert times(stream, chunk(5.05, source='right')) == [5.05]


def test_one_channel_or_the_mean_of_all():
    stereo = np.stack([np.full(160, 0.5), np.full(160, -0.5)], axis=1).astype(np.float32).ravel()
    sound = AudioChunk(stereo, RATE, 2, 5.0)
    assert np.all(AudioStream().add(sound)[0] == 0)
    assert np.all(AudioStream(channel=1).add(sound)[0] == -0.5)
    with pytest.raises(InvalidInput, match='unsupported_channels'):
        AudioStream(channel=2).add(sound)


@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'samples': np.zeros(0, np.int16)}, 'empty'),
        ({'sample_rate': 0}, 'unsupported_rate'),
        ({'sample_rate': 7999}, 'unsupported_rate'),
        ({'sample_rate': 96_000}, 'unsupported_rate'),
        ({'channels': 0}, 'unsupported_channels'),
        ({'channels': 65}, 'unsupported_channels'),
        ({'channels': 3}, 'bad_length'),
        ({'samples': np.zeros(61 * RATE, np.int16)}, 'too_large'),
        ({'samples': np.zeros(160, np.float64)}, 'unsupported_format'),
        ({'samples': np.full(160, np.nan, np.float32)}, 'not_finite'),
    ],
)
def test_what_is_refused_changes_nothing(changes, reason):
    stream = AudioStream()
    stream.add(chunk(5.0))
    with pytest.raises(InvalidInput) as raised:
        stream.add(replace(chunk(5.1), **changes))
    assert raised.value.reason == reason
    assert times(stream, chunk(5.1)) == [5.1]
