# SPDX-License-Identifier: MIT
"""What a robot's nodes are sent in a long day: good input, and every kind of bad input."""

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
from emotion_ros.nodes.to_msg import seconds_to_stamp

GARBAGE = (b'', b'\x00\x01\x00\x00', b'\x00\x01\x00\x00\xff', b'\xff' * 40)
LARGEST = 2**32 - 1
HOUR_S = 3600.0

Now = Callable[[], float]
Message = Any


def frames(pictures: Mapping[str, NDArray[np.uint8]], now_s: Now) -> Iterator[Message]:
    """Yield four good frames, then one of the bad ones, for ever; then the next good picture.

    ``pictures`` are grey, of any size, by name; ``now_s`` is ROS time in seconds.
    """
    bad = cycle(BAD_FRAMES)
    good = cycle(pictures.values())
    while True:
        picture = next(good)
        for _ in range(60):
            for _ in range(4):
                yield to_image(picture, now_s())
            yield next(bad)(to_image(picture, now_s()))


def to_image(picture: NDArray[np.uint8], stamp_s: float) -> Image:
    """Return a grey picture as a message."""
    height, width = picture.shape
    msg = Image(height=height, width=width, encoding='mono8', step=width)
    msg.header.stamp = seconds_to_stamp(stamp_s)
    msg.data = array('B', picture.tobytes())
    return msg


def changed(**fields: Any) -> Callable[[Image], Image]:
    """Return a change to the fields of a good frame."""

    def change(msg: Image) -> Image:
        for name, value in fields.items():
            setattr(msg, name, value)
        return msg

    return change


def taken_later(seconds: float) -> Callable[[Image], Image]:
    """Return a change of the stamp of a good frame."""

    def change(msg: Image) -> Image:
        msg.header.stamp = Time(sec=int(msg.header.stamp.sec + seconds), nanosec=0)
        return msg

    return change


def without_a_clock(msg: Image) -> Image:
    """Return a frame of a camera that knows no time."""
    msg.header.stamp = Time()
    return msg


def bad_stamp(msg: Image) -> Image:
    """Return a frame whose stamp has too many nanoseconds."""
    msg.header.stamp.nanosec = LARGEST
    return msg


BAD_FRAMES: tuple[Callable[[Image], Message], ...] = (
    changed(encoding='32FC1'),
    changed(encoding=''),
    changed(width=0),
    changed(width=LARGEST, height=LARGEST),
    changed(step=1),
    changed(data=array('B', b'123')),
    taken_later(-HOUR_S),
    taken_later(HOUR_S),
    without_a_clock,
    bad_stamp,
    *((lambda _, raw=raw: raw) for raw in GARBAGE),
)


def speech() -> Iterator[Message]:
    """Yield sentences and what is none, for ever."""
    for number in count():
        yield String(data=f'I am so happy to see you, for the {number}th time!')
        yield String(data=f'This is terrible, and that was number {number}.')
        yield BAD_WORDS[number % len(BAD_WORDS)]


BAD_WORDS: tuple[Message, ...] = (
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
    """Yield what a voice says, and what no voice should say, for ever."""
    for changes in cycle(EVIDENCE):
        if isinstance(changes, bytes):
            yield changes
            continue
        msg = EmotionEvidence(modality='voice', quality=1.0, probabilities=[1 / 7] * 7)
        msg.header.stamp = seconds_to_stamp(now_s() + changes.get('later_s', 0.0))
        for name in changes.keys() - {'later_s'}:
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
    {'later_s': HOUR_S},
    {'later_s': -HOUR_S},
    {'later_s': -0.3},
    *GARBAGE,
)


def parameters() -> Iterator[Parameter]:
    """Yield changes of the fusion's parameters, most of them illegal, for ever."""
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
