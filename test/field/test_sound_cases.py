# SPDX-License-Identifier: MIT
"""What audio drivers really send, by public reports: a further report is one line more.

Each line has a name, where it was reported, the messages of a topic, the format beside them, and
either the channels and rate of the sound that they must give, a tone, or the reason for which
they are refused.
"""

import io
import wave
from array import array
from itertools import pairwise
from types import SimpleNamespace as Msg

import numpy as np
import pytest

from emotion_ros.conversions.audio import AudioFormat, audio_from_msg
from emotion_ros.core.voice.audio_topics import (
    AUDIO,
    AUDIO_BUFFER,
    AUDIO_DATA,
    AUDIO_FRAME,
    AUDIO_STAMPED,
)
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.voice.stream import AudioStream

RATE, SECONDS = 16_000, 0.5
AUDIO_COMMON = 'ros-drivers/audio_common'
RESPEAKER = 'furushchev/respeaker_ros'
PORTAUDIO = 'mgonzs13/audio_common'
S16, S16_STEREO = AudioFormat(RATE), AudioFormat(RATE, 2)


def tone(rate: int = RATE, channels: int = 1, level: float = 0.4) -> np.ndarray:
    """Return a tone of 300 Hz, interleaved float."""
    mono = level * np.sin(2 * np.pi * 300 * np.arange(round(SECONDS * rate)) / rate)
    return np.repeat(mono, channels)


def s16(sound: np.ndarray) -> bytes:
    return (sound * 32767).astype('<i2').tobytes()


def data(raw: bytes, *cuts: int) -> list[Msg]:
    """Return AudioData, cut at these bytes."""
    ends = (0, *cuts, len(raw))
    return [Msg(data=array('B', raw[a:b])) for a, b in pairwise(ends)]


def typed(rate: int, channels: int, **arrays: object) -> list[Msg]:
    names = ('float32_data', 'int32_data', 'int16_data', 'int8_data', 'uint8_data')
    header = Msg(stamp=Msg(sec=5, nanosec=0), frame_id='')
    info = Msg(format=8, channels=channels, rate=rate, chunk=512)
    arrays = {name: array('h') for name in names} | arrays
    return [Msg(header=header, audio=Msg(audio_data=Msg(**arrays), info=info))]


def own(rate: int, channels: int, samples: array, stamp_s: int = 5) -> list[Msg]:
    header = Msg(stamp=Msg(sec=stamp_s, nanosec=0), frame_id='mic')
    return [Msg(header=header, sample_rate=rate, channels=channels, samples=samples)]


def buffer(rate: int, channels: int) -> list[Msg]:
    header = Msg(stamp=Msg(sec=5, nanosec=0), frame_id='')
    samples = array('h', s16(tone(rate, max(channels, 1))))
    return [Msg(header=header, frequency=rate, channel_map=list(range(channels)), data=samples)]


def frame(name: str, raw: bytes) -> list[Msg]:
    header = Msg(stamp=Msg(sec=5, nanosec=0), frame_id='')
    fields = {'format': name, 'channel_count': 1, 'sampling_frequency': RATE}
    return [Msg(header=header, data=array('B', raw), **fields)]


def wav(rate: int = RATE, channels: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, 'wb') as writer:
        writer.setparams((channels, 2, rate, 0, 'NONE', ''))
        writer.writeframes(s16(tone(rate, channels)))
    return file.getvalue()


def wav_of_bits(bits: int) -> bytes:
    """Return a WAV file with samples of so many bits, which the wave module writes up to 32."""
    head = bytearray(wav())
    head[34:36] = bits.to_bytes(2, 'little')
    head[32:34] = (bits // 8).to_bytes(2, 'little')
    return bytes(head)


def s24(sound: np.ndarray, order: int = 1) -> bytes:
    values = (sound * (2**23 - 1)).astype('<i4').view(np.uint8).reshape(-1, 4)[:, :3]
    return values[:, ::order].tobytes()


ARRAY = np.stack([tone(), *(0.05 * tone() for _ in range(4)), tone(level=0.9)], axis=1).ravel()
MP3 = b'\xff\xfb\x90\x64' + bytes(413)  # a frame: 128 kbit/s, 44,100 Hz
NO_CHANNELS = 'unsupported_channels'
ODD = (6_401, 6_402, 12_805)

CASES = [
    # name, reported, type, messages, format, options, expected: (channels, rate) or a reason
    ('odd bytes', f'{AUDIO_COMMON}#91', AUDIO_DATA, data(s16(tone()), *ODD), S16, {}, (1, RATE)),
    (
        'stereo cut within a frame',
        f'{AUDIO_COMMON}#1',
        AUDIO_DATA,
        data(s16(tone(channels=2)), 6_402, 9_001),
        S16_STEREO,
        {},
        (2, RATE),
    ),
    (
        'odd bytes, a message lost',
        f'{AUDIO_COMMON}#91',
        AUDIO_DATA,
        [data(s16(tone()), *ODD)[i] for i in (0, 2)],
        S16,
        {},
        (1, RATE),
    ),
    (
        'mp3 by default',
        f'{AUDIO_COMMON}#162',
        AUDIO_DATA,
        data(MP3),
        AudioFormat(44_100, 2, 'S16LE', 'mp3'),
        {},
        'unsupported_format',
    ),
    (
        'mp3 without audio_info',
        f'{AUDIO_COMMON}#136',
        AUDIO_DATA,
        data(MP3),
        S16,
        {},
        'unsupported_format',
    ),
    (
        'two frames of mp3',
        f'{AUDIO_COMMON}#136',
        AUDIO_DATA,
        data(MP3 + MP3),
        S16,
        {},
        'unsupported_format',
    ),
    (
        'a wav file of 64 bits',
        'WAV format',
        AUDIO_DATA,
        data(wav_of_bits(64)),
        S16,
        {},
        'unsupported_format',
    ),
    (
        'coding in capitals',
        f'{AUDIO_COMMON}#152',
        AUDIO_DATA,
        data(s16(tone())),
        AudioFormat(RATE, 1, 'S16LE', 'WAVE'),
        {},
        (1, RATE),
    ),
    (
        'no audio_info at all',
        f'{AUDIO_COMMON}#161',
        AUDIO_DATA,
        data(s16(tone())),
        None,
        {},
        'no_format',
    ),
    (
        'a WAV file per message',
        f'{AUDIO_COMMON}#61',
        AUDIO_DATA,
        data(wav(44_100, 2)),
        None,
        {},
        (2, 44_100),
    ),
    (
        'laptop, 44.1 kHz, two channels',
        f'{AUDIO_COMMON}#127',
        AUDIO_DATA,
        data(s16(tone(44_100, 2))),
        AudioFormat(44_100, 2),
        {},
        (2, 44_100),
    ),
    (
        'int16 in uint8',
        'jsk-ros-pkg/jsk_3rdparty#187',
        AUDIO_DATA,
        data(s16(tone())),
        S16,
        {},
        (1, RATE),
    ),
    (
        'six channels, the first is processed',
        'jsk-ros-pkg/jsk_3rdparty#148',
        AUDIO_DATA,
        data(s16(ARRAY)),
        AudioFormat(RATE, 6),
        {'channel': 0},
        (6, RATE),
    ),
    (
        'channel that the array does not have',
        f'{RESPEAKER}#18',
        AUDIO_DATA,
        data(s16(tone())),
        S16,
        {'channel': 5},
        'unsupported_channels',
    ),
    (
        '192 kHz of an array',
        'respeaker/get_started_with_respeaker#239',
        AUDIO_DATA,
        data(s16(tone(192_000))),
        AudioFormat(192_000),
        {},
        'unsupported_rate',
    ),
    (
        '24 bits',
        'GStreamer S24LE',
        AUDIO_DATA,
        data(s24(tone())),
        AudioFormat(RATE, 1, 'S24LE'),
        {},
        (1, RATE),
    ),
    (
        '24 bits, big endian',
        'GStreamer S24BE',
        AUDIO_DATA,
        data(s24(tone(), -1)),
        AudioFormat(RATE, 1, 'S24BE'),
        {},
        (1, RATE),
    ),
    (
        '24 bits in 32',
        'GStreamer S24_32LE',
        AUDIO_DATA,
        data((tone() * (2**23 - 1)).astype('<i4').tobytes()),
        AudioFormat(RATE, 1, 'S24_32LE'),
        {},
        (1, RATE),
    ),
    (
        'network order',
        'GStreamer S16BE',
        AUDIO_DATA,
        data((tone() * 32767).astype('>i2').tobytes()),
        AudioFormat(RATE, 1, 'S16BE'),
        {},
        (1, RATE),
    ),
    (
        'double',
        'GStreamer F64LE',
        AUDIO_DATA,
        data(tone().tobytes()),
        AudioFormat(RATE, 1, 'F64LE'),
        {},
        (1, RATE),
    ),
    (
        'float of PortAudio',
        PORTAUDIO,
        AUDIO_STAMPED,
        typed(RATE, 1, float32_data=tone().astype(np.float32)),
        None,
        {},
        (1, RATE),
    ),
    (
        'NaN of a filter',
        PORTAUDIO,
        AUDIO_STAMPED,
        typed(RATE, 1, float32_data=np.full(800, np.nan, np.float32)),
        None,
        {},
        'not_finite',
    ),
    ('no array filled', PORTAUDIO, AUDIO_STAMPED, typed(RATE, 1), None, {}, 'empty'),
    (
        'driver without stamps',
        f'{AUDIO_COMMON}#202',
        AUDIO,
        own(RATE, 1, array('h', s16(tone())), 0),
        None,
        {},
        (1, RATE),
    ),
    (
        'microphones of Pepper',
        'naoqi_driver2#8',
        AUDIO_BUFFER,
        buffer(48_000, 4),
        None,
        {'channel': 3},
        (4, 48_000),
    ),
    ('Pepper without channels', 'own', AUDIO_BUFFER, buffer(RATE, 0), None, {}, NO_CHANNELS),
    *(
        (f'frame of {name}', 'odas_ros#32', AUDIO_FRAME, frame(name, raw), None, {}, expected)
        for name, raw, expected in (
            ('signed_16', s16(tone()), (1, RATE)),
            ('signed_24', s24(tone()), (1, RATE)),
            ('float', tone().astype('<f4').tobytes(), (1, RATE)),
            ('unsigned_16', s16(tone()), 'unsupported_format'),
        )
    ),
    (
        'telephone, mu-law',
        'ITU-T G.711',
        AUDIO_DATA,
        data(bytes(4000 * [0xFF])),
        AudioFormat(8_000, 1, '', 'mulaw'),
        {},
        'silence',
    ),
    (
        'telephone, A-law',
        'ITU-T G.711',
        AUDIO_DATA,
        data(bytes(4000 * [0xD5])),
        AudioFormat(8_000, 1, '', 'alaw'),
        {},
        'silence',
    ),
]


@pytest.mark.parametrize(
    ('messages', 'msg_type', 'audio_format', 'options', 'expected'),
    [pytest.param(m, kind, f, o, e, id=name) for name, _, kind, m, f, o, e in CASES],
)
def test_a_sound_as_drivers_send_it(messages, msg_type, audio_format, options, expected):
    stream, rest, parts = AudioStream(**options), bytearray(), []
    try:
        for msg in messages:
            chunk = audio_from_msg(msg_type, msg, 9.0, audio_format, rest)
            parts.append(stream.add(chunk)[0])
    except InvalidInput as error:
        assert error.reason == expected
        return
    sound = np.concatenate(parts)
    if expected == 'silence':
        assert len(sound) == RATE // 2
        assert np.abs(sound).max() < 1e-3
        return
    assert (chunk.channels, chunk.sample_rate) == expected
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    at_hz = np.fft.rfftfreq(len(sound), 1 / RATE)
    assert spectrum[np.abs(at_hz - 300) < 30].sum() > 0.98 * spectrum.sum()
    assert np.abs(sound).max() == pytest.approx(0.4, abs=0.02)
