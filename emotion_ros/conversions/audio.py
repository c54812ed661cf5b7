# SPDX-License-Identifier: MIT
"""Messages with sound, by the name of their type.

``emotion_ros/msg/Audio`` and audio_common_msgs, of which there are two that share their name:
ros-drivers' (AudioData and AudioDataStamped, whose format is on another topic, as AudioInfo) and
that of PortAudio (AudioStamped); and those of Pepper and NAO (AudioBuffer) and of audio_utils
(AudioFrame). Works for the messages of rclpy and those of a bag reader.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.conversions.raw_audio import (
    COMPANDED,
    SAMPLE_BYTES,
    AudioArray,
    align,
    is_mp3,
    read_wave,
    to_samples,
    widened,
)
from emotion_ros.core.voice.audio_topics import (
    AUDIO,
    AUDIO_BUFFER,
    AUDIO_FRAME,
    AUDIO_STAMPED,
    INFO_NAME,
    WITHOUT_FORMAT,
)
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.voice.stream import AudioChunk

RAW_CODINGS = ('', 'wave', 'wav', 'raw', 'pcm')
FRAME_FORMATS = {
    **{'signed_8': 'S8', 'signed_16': 'S16LE', 'signed_24': 'S24LE', 'signed_32': 'S32LE'},
    **{'signed_padded_24': 'S24_32LE', 'unsigned_8': 'U8', 'float': 'F32LE', 'double': 'F64LE'},
}
"""The formats of AudioFrame, as AudioInfo calls them."""
# The fields of the AudioData of AudioStamped; one of them is filled.
TYPED_ARRAYS = {
    **{'int16_data': np.int16, 'float32_data': np.float32, 'int32_data': np.int32},
    **{'int8_data': np.int8, 'uint8_data': np.uint8},
}


@dataclass(frozen=True)
class AudioFormat:
    """What AudioInfo says of the AudioData beside it; ``sample_rate`` 0: nothing was said."""

    sample_rate: int = 0
    channels: int = 1
    sample_format: str = 'S16LE'
    coding_format: str = ''


def audio_from_msg(
    msg_type: str,
    msg: Any,
    receipt_s: float,
    audio_format: AudioFormat | None = None,
    rest: bytearray | None = None,
) -> AudioChunk:
    """Return the sound of a message of one of AUDIO_MESSAGES; KeyError for another type.

    ``rest`` belongs to one topic: with it, a sample of AudioData may begin in one message and end
    in the next. A message without a stamp ended when it was received (``receipt_s``, ROS time).
    InvalidInput: ``no_format`` for AudioData while its ``audio_format`` is not known,
    ``unsupported_format`` when it is compressed or of unknown samples, ``bad_length``, ``empty``,
    ``bad_stamp``.
    """
    samples, found = _samples(msg_type, msg, audio_format or AudioFormat(), rest)
    header = getattr(msg, 'header', None)
    stamp_s = stamp_to_seconds(header.stamp) if header is not None else 0.0
    source = header.frame_id if header is not None else ''
    chunk = AudioChunk(samples, int(found.sample_rate), int(found.channels), stamp_s, source)
    if stamp_s or chunk.sample_rate <= 0 or chunk.channels <= 0:
        return chunk
    return replace(chunk, stamp_s=receipt_s - chunk.duration_s, is_stamped=False)


def _samples(
    msg_type: str, msg: Any, known: AudioFormat, rest: bytearray | None
) -> tuple[NDArray[np.generic], AudioFormat]:
    """Return the samples of a message and their format: its own, or the one that is known."""
    if msg_type == AUDIO:
        return np.asarray(msg.samples, np.int16), AudioFormat(msg.sample_rate, msg.channels)
    if msg_type == AUDIO_STAMPED:
        info = msg.audio.info
        return _typed_samples(msg.audio.audio_data), AudioFormat(info.rate, info.channels)
    if msg_type == AUDIO_BUFFER:
        return np.asarray(msg.data, np.int16), AudioFormat(msg.frequency, len(msg.channel_map))
    if msg_type == AUDIO_FRAME:
        name = FRAME_FORMATS.get(msg.format, msg.format)
        found = AudioFormat(msg.sampling_frequency, msg.channel_count, name)
        return _decode(msg.data, found, None).samples, found
    if msg_type not in WITHOUT_FORMAT:
        raise KeyError(msg_type)
    data = getattr(msg, 'audio', msg)
    if not hasattr(data, 'data'):
        samples = _typed_samples(data)
    else:
        decoded = _decode(data.data, known, rest)
        samples, known = decoded.samples, AudioFormat(decoded.sample_rate, decoded.channels)
    if not known.sample_rate:
        raise InvalidInput('no_format', f'the sample rate is not known: no {INFO_NAME} yet')
    return samples, known


def format_from_msg(msg: Any) -> AudioFormat:
    """Return what an AudioInfo of ros-drivers says."""
    return AudioFormat(
        int(msg.sample_rate), int(msg.channels), msg.sample_format, msg.coding_format
    )


def _typed_samples(data: Any) -> NDArray[np.generic]:
    """Return the samples of the one array that is filled; 'empty' when none is."""
    for name, dtype in TYPED_ARRAYS.items():
        values = np.asarray(getattr(data, name), dtype)
        if len(values):
            return widened(values)
    raise InvalidInput('empty', 'no samples')


def _decode(data: Any, audio_format: AudioFormat, rest: bytearray | None) -> AudioArray:
    """Return the samples in bytes of a format; see raw_audio for what such bytes may be."""
    raw = bytes(data)
    if (found := read_wave(raw)) is not None:
        return found
    coding, name = audio_format.coding_format.lower(), audio_format.sample_format.upper()
    if is_mp3(raw) or coding not in (*RAW_CODINGS, *COMPANDED):
        raise InvalidInput('unsupported_format', f'{coding or "MP3"} is compressed')
    name = COMPANDED.get(coding, name)
    if name not in SAMPLE_BYTES:
        raise InvalidInput('unsupported_format', f'samples of {name or "no format"}')
    size = SAMPLE_BYTES[name]
    if rest is not None:
        raw = align(raw, rest, name, audio_format.channels)
    elif len(raw) % size:
        raise InvalidInput('bad_length', f'{len(raw)} bytes in samples of {size}')
    samples = to_samples(raw, name)
    return AudioArray(samples, audio_format.sample_rate, audio_format.channels)
