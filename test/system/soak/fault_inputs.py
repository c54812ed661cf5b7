# SPDX-License-Identifier: MIT
"""Endless good and bad input for the nodes: images, speech, evidence, parameters."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from itertools import count, cycle
from math import nan
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from rcl_interfaces.msg import Parameter, ParameterType, ParameterValue
from sensor_msgs.msg import Image
from std_msgs.msg import String

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.msg import EmotionEvidence
from emotion_ros.nodes.messages.stamps import seconds_to_stamp

GARBAGE = (b'', b'\x00\x01\x00\x00', b'\x00\x01\x00\x00\xff', b'\xff' * 40)
UINT32_MAX = 2**32 - 1
HOUR_S = 3600.0

Now = Callable[[], float]
Message = Any


def images(pictures: Mapping[str, NDArray[np.uint8]], now_s: Now) -> Iterator[Message]:
    """Yield four good images, then a bad one, without end; every 300, the next good picture.

    ``pictures`` are grey, of any size, by name; ``now_s`` returns ROS time in seconds.
    """
    bad = cycle(BAD_IMAGES)
    good = cycle(pictures.values())
    while True:
        picture = next(good)
        for _ in range(60):
            for _ in range(4):
                yield to_image(picture, now_s())
            yield next(bad)(to_image(picture, now_s()))


def to_image(picture: NDArray[np.uint8], stamp_s: float) -> Image:
    """Return a grey picture as an image message."""
    height, width = picture.shape
    msg = Image(height=height, width=width, encoding='mono8', step=width)
    msg.header.stamp = seconds_to_stamp(stamp_s)
    msg.data = array('B', picture.tobytes())
    return msg


def with_fields(**fields: Any) -> Callable[[Image], Image]:
    """Return a function that sets fields of a good image."""

    def change(msg: Image) -> Image:
        for name, value in fields.items():
            setattr(msg, name, value)
        return msg

    return change


def with_stamp_offset(seconds: float) -> Callable[[Image], Image]:
    """Return a function that moves the stamp of a good image."""

    def change(msg: Image) -> Image:
        msg.header.stamp = Time(sec=int(msg.header.stamp.sec + seconds), nanosec=0)
        return msg

    return change


def with_zero_stamp(msg: Image) -> Image:
    """Return the image with the stamp of a driver that sets none."""
    msg.header.stamp = Time()
    return msg


def with_invalid_stamp(msg: Image) -> Image:
    """Return the image with too many nanoseconds in its stamp."""
    msg.header.stamp.nanosec = UINT32_MAX
    return msg


BAD_IMAGES: tuple[Callable[[Image], Message], ...] = (
    with_fields(encoding='32FC1'),
    with_fields(encoding=''),
    with_fields(width=0),
    with_fields(width=UINT32_MAX, height=UINT32_MAX),
    with_fields(step=1),
    with_fields(data=array('B', b'123')),
    with_stamp_offset(-HOUR_S),
    with_stamp_offset(HOUR_S),
    with_zero_stamp,
    with_invalid_stamp,
    *((lambda _, raw=raw: raw) for raw in GARBAGE),
)


def speech() -> Iterator[Message]:
    """Yield two good sentences, then a bad one, without end."""
    for number in count():
        yield String(data=f'I am so happy to see you, for the {number}th time!')
        yield String(data=f'This is terrible, and that was number {number}.')
        yield BAD_SPEECH[number % len(BAD_SPEECH)]


BAD_SPEECH: tuple[Message, ...] = (
    String(data=''),
    String(data=' \t\n\x01\x02'),
    String(data='you you you you you'),
    String(data='今日はとても嬉しいです'),
    String(data='so happy today ' * 20_000),
    String(data='\u202eupside\u202c \u200b\u200d down \ufffd 👩‍👩‍👧 é'),
    b'\x00\x01\x00\x00\x04\x00\x00\x00\xc3\x28\xff\x00',  # a string that is not UTF-8
    *GARBAGE,
)


def evidence(now_s: Now) -> Iterator[Message]:
    """Yield valid and invalid evidence of a third-party modality, without end."""
    for changes in cycle(EVIDENCE):
        if isinstance(changes, bytes):
            yield changes
            continue
        msg = EmotionEvidence(modality='voice', quality=1.0, probabilities=[1 / 7] * 7)
        msg.header.stamp = seconds_to_stamp(now_s() + changes.get('stamp_offset_s', 0.0))
        for name in changes.keys() - {'stamp_offset_s'}:
            setattr(msg, name, changes[name])
        yield msg


EVIDENCE: tuple[dict[str, Any] | bytes, ...] = (
    {},
    {'probabilities': [nan] * len(EMOTIONS)},
    {'probabilities': [1.0] * len(EMOTIONS)},
    {'probabilities': [-1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0]},
    {'quality': nan},
    {'quality': 0.0},
    {'modality': ''},
    {'modality': 'not a name'},
    {'person_id': 'face_999'},
    {'stamp_offset_s': HOUR_S},
    {'stamp_offset_s': -HOUR_S},
    {'stamp_offset_s': -0.3},
    *GARBAGE,
)


def parameters() -> Iterator[Parameter]:
    """Yield changes of the fusion's parameters, most of them illegal, without end."""
    double, string = ParameterType.PARAMETER_DOUBLE, ParameterType.PARAMETER_STRING
    values = (
        ('dwell', ParameterValue(type=double, double_value=0.4)),
        ('dwell', ParameterValue(type=double, double_value=0.5)),
        ('dwell', ParameterValue(type=double, double_value=nan)),
        ('dwell', ParameterValue(type=double, double_value=-1.0)),
        ('dwell', ParameterValue(type=string, string_value='long')),
        ('rate', ParameterValue(type=double, double_value=20.0)),
        ('nonsense', ParameterValue(type=double, double_value=1.0)),
    )
    for name, value in cycle(values):
        yield Parameter(name=name, value=value)
