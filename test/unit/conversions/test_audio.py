# SPDX-License-Identifier: MIT
"""Sound in the messages of three packages: samples, format, time, and what is refused."""

from array import array
from types import SimpleNamespace as Msg

import numpy as np
import pytest

from emotion_ros.conversions.audio import (
    AudioFormat,
    audio_from_msg,
    format_from_msg,
)
from emotion_ros.core.voice.audio_topics import (
    AUDIO,
    AUDIO_DATA,
    AUDIO_DATA_STAMPED,
    AUDIO_STAMPED,
)
from emotion_ros.errors import InvalidInput

SAMPLES = [0, 1000, -1000, 32767, -32768, 5]
S16 = AudioFormat(16_000, 2)
TYPED = ('float32_data', 'int32_data', 'int16_data', 'int8_data', 'uint8_data')


def header(sec: int = 7, nanosec: int = 500_000_000) -> Msg:
    return Msg(stamp=Msg(sec=sec, nanosec=nanosec), frame_id='mic')


def typed(rate: int = 16_000, channels: int = 2, **arrays: object) -> Msg:
    data = Msg(**{name: array('h') for name in TYPED} | arrays)
    info = Msg(format=8, channels=channels, rate=rate, chunk=512)
    return Msg(header=header(), audio=Msg(audio_data=data, info=info))


def raw(data: bytes) -> array:
    return array('B', data)


@pytest.mark.parametrize(
    ('msg_type', 'msg', 'audio_format'),
    [
        (
            AUDIO,
            Msg(header=header(), sample_rate=16_000, channels=2, samples=array('h', SAMPLES)),
            None,
        ),
        (AUDIO_STAMPED, typed(int16_data=array('h', SAMPLES)), None),
        (AUDIO_STAMPED, typed(int16_data=np.array(SAMPLES, np.int16)), None),
        (
            AUDIO_DATA_STAMPED,
            Msg(header=header(), audio=Msg(data=raw(np.array(SAMPLES, '<i2').tobytes()))),
            S16,
        ),
        (
            AUDIO_DATA_STAMPED,
            Msg(header=header(), audio=Msg(data=raw(np.array(SAMPLES, '>i2').tobytes()))),
            AudioFormat(16_000, 2, 'S16BE', 'wave'),
        ),
    ],
)
def test_samples_format_and_stamp(msg_type, msg, audio_format):
    chunk = audio_from_msg(msg_type, msg, 9.0, audio_format)
    assert chunk.samples.tolist() == SAMPLES
    assert chunk.samples.dtype == np.int16
    assert (chunk.sample_rate, chunk.channels, chunk.stamp_s) == (16_000, 2, 7.5)
    assert (chunk.source, chunk.is_stamped) == ('mic', True)


@pytest.mark.parametrize('is_list', [True, False])
def test_without_a_stamp_the_sound_ended_when_it_was_received(is_list):
    data = np.zeros(3200, '<i2').tobytes()
    msg = Msg(data=list(data) if is_list else raw(data))
    chunk = audio_from_msg(AUDIO_DATA, msg, 9.0, AudioFormat(16_000))
    assert (chunk.stamp_s, chunk.is_stamped, chunk.source) == (pytest.approx(8.8), False, '')
    stamped = Msg(
        header=header(0, 0), sample_rate=16_000, channels=1, samples=array('h', [0] * 16)
    )
    assert audio_from_msg(AUDIO, stamped, 9.0).stamp_s == pytest.approx(8.999)


@pytest.mark.parametrize(
    ('name', 'data', 'expected'),
    [
        ('S32LE', np.array([1 << 30], '<i4'), [1 << 30]),
        ('S32BE', np.array([1 << 30], '>i4'), [1 << 30]),
        ('F32LE', np.array([0.5], '<f4'), [0.5]),
        ('F32BE', np.array([0.5], '>f4'), [0.5]),
        ('S8', np.array([-128, 127], 'i1'), [-32768, 32512]),
        ('U8', np.array([0, 128, 255], 'u1'), [-32768, 0, 32512]),
        ('s16le', np.array([7], '<i2'), [7]),
    ],
)
def test_sample_formats(name, data, expected):
    msg = Msg(data=raw(data.tobytes()))
    chunk = audio_from_msg(AUDIO_DATA, msg, 9.0, AudioFormat(16_000, 1, name))
    assert chunk.samples.tolist() == expected
    assert chunk.samples.dtype.isnative


@pytest.mark.parametrize('name', TYPED)
def test_every_array_of_the_typed_message(name):
    dtype = name.removesuffix('_data')
    chunk = audio_from_msg(AUDIO_STAMPED, typed(**{name: np.ones(4, dtype)}), 9.0)
    assert len(chunk.samples) == 4
    assert chunk.samples.dtype in (np.int16, np.int32, np.float32)


@pytest.mark.parametrize(
    ('msg_type', 'msg', 'audio_format', 'reason'),
    [
        (AUDIO_STAMPED, typed(), None, 'empty'),
        (AUDIO_DATA, Msg(data=raw(b'1234')), None, 'no_format'),
        (AUDIO_DATA, Msg(data=raw(b'123')), S16, 'bad_length'),
        (
            AUDIO_DATA,
            Msg(data=raw(b'12')),
            AudioFormat(16_000, 1, 'S16LE', 'mp3'),
            'unsupported_format',
        ),
        (AUDIO_DATA, Msg(data=raw(b'1234')), AudioFormat(16_000, 1, 'S24LE'), 'bad_length'),
        (AUDIO_DATA, Msg(data=raw(b'123')), AudioFormat(16_000, 1, 'S18LE'), 'unsupported_format'),
        (AUDIO_DATA, Msg(data=raw(b'12')), AudioFormat(16_000, 1, ''), 'unsupported_format'),
        (
            AUDIO_DATA_STAMPED,
            Msg(header=header(1, 1_000_000_000), audio=Msg(data=raw(b'12'))),
            S16,
            'bad_stamp',
        ),
    ],
)
def test_what_is_refused(msg_type, msg, audio_format, reason):
    with pytest.raises(InvalidInput) as raised:
        audio_from_msg(msg_type, msg, 9.0, audio_format)
    assert raised.value.reason == reason


def test_a_rate_of_zero_is_left_to_the_stream():
    msg = Msg(header=header(0, 0), sample_rate=0, channels=1, samples=array('h', [1]))
    assert audio_from_msg(AUDIO, msg, 9.0).sample_rate == 0


def test_another_type_is_an_error_of_the_program():
    with pytest.raises(KeyError):
        audio_from_msg('std_msgs/msg/String', Msg(), 9.0)


def test_the_format_beside_the_data():
    info = Msg(
        channels=2, sample_rate=48_000, sample_format='S16LE', bitrate=0, coding_format='mp3'
    )
    assert format_from_msg(info) == AudioFormat(48_000, 2, 'S16LE', 'mp3')
