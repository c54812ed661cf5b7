# SPDX-License-Identifier: MIT
"""Two people before a robot, and a recorder of all that the robot lets out about them.

The one on the left, face_1, is disgusted and says CANARY; the one on the right, face_2, is happy.
"""

import math
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from time import monotonic, time_ns
from typing import Any

import numpy as np
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from rosbags.rosbag2 import StoragePlugin, Writer
from sensor_msgs.msg import Image
from std_msgs.msg import String

from emotion_ros.bag.types import make_typestore
from emotion_ros.core.emotions import Emotion
from emotion_ros.msg import Audio
from emotion_ros.perception.face.detectors.detector import FaceBox
from fakes import BrightRegionDetector, HappyFaceClassifier
from graph import Graph
from sounds import messages, spoken
from stills import Grey, bright_square, still

CANARY = 'zanzibar'
PATTERN = bytes(range(180, 212))  # in the picture of face_1
LEFT, RIGHT = 'face_1', 'face_2'
HALF_PX, SPEAKING_S = 160, 1.6
MOUTH = slice(76, 97), slice(60, 100)
INPUTS = {'/image', '/speech', '/audio'}
DEPTH = 1000


class TwoFacesDetector:
    """Detects what is bright in the left half of the image, and in the right one."""

    name = 'two_faces'

    def detect(self, image_bgr) -> list[FaceBox]:
        """Return up to two boxes, the left one first."""
        find = BrightRegionDetector().detect
        left, right = find(image_bgr[:, :HALF_PX]), find(image_bgr[:, HALF_PX:])
        moved = [
            FaceBox((x1 + HALF_PX, y1, x2 + HALF_PX, y2), face.score, None)
            for face in right
            for x1, y1, x2, y2 in [face.box_xyxy]
        ]
        return left + moved


class TwoFacesClassifier(HappyFaceClassifier):
    """Classifies a dark face as disgusted, a bright one as happy."""

    def classify(self, crops):
        """Return 94 % of either."""
        p = np.full((len(crops), 7), 0.01)
        for row, crop in zip(p, crops, strict=True):
            is_dark = np.asarray(crop)[:20].mean() < 160
            row[Emotion.DISGUST if is_dark else Emotion.HAPPY] = 0.94
        return p


def picture(moving: dict[str, int]) -> Grey:
    """Return both faces; the mouth of each is lit up by so many grey levels."""
    left = np.where(bright_square() > 0, bright_square() * 0.6, 0).astype(np.uint8)
    left[40, 45 : 45 + len(PATTERN)] = array('B', PATTERN)
    faces = [left, bright_square()]
    for face, person in zip(faces, (LEFT, RIGHT), strict=True):
        face[MOUTH] -= np.minimum(face[MOUTH], moving.get(person, 0)).astype(np.uint8)
    return np.ascontiguousarray(np.hstack(faces))


class Scene:
    """The camera, the microphone and the recogniser before which the two are."""

    def __init__(self, graph: Graph, fps: float = 15.0) -> None:
        self._graph, self._speaker, self._count = graph, '', 0
        self._images = graph.publisher(Image, 'image', 1)
        self._speech = graph.publisher(String, 'speech')
        self._audio = graph.publisher(Audio, 'audio', 100)
        graph.tester.create_timer(1.0 / fps, self._show)

    def say(self, person: str, words: str) -> None:
        """Let a person speak; the words come when they have ended, the sound too."""
        begin_s, until_s = self._now_s() - 0.2, monotonic() + SPEAKING_S
        self._speaker = person
        self._graph.until(lambda: monotonic() >= until_s, 'the end of the words')
        self._speaker = ''
        for msg in messages(spoken(SPEAKING_S - 0.2, 0.4, 0.6), begin_s):
            self._audio.publish(msg)
        self._speech.publish(String(data=words))

    def _show(self) -> None:
        self._count += 1
        mouth = (0, 40, 80, 40)[self._count % 4]
        stamp = self._graph.tester.get_clock().now().to_msg()
        self._images.publish(still(picture({self._speaker: mouth}), stamp))

    def _now_s(self) -> float:
        return self._graph.tester.get_clock().now().nanoseconds / 1e9


@dataclass(frozen=True)
class Message:
    """What came on a topic, serialized, and when (ns of the wall clock)."""

    time_ns: int
    topic: str
    type: str
    data: bytes

    def read(self) -> Any:
        """Return the message."""
        return deserialize_message(self.data, message_class(self.type))


@dataclass
class Recorder:
    """Subscribes to every topic that is there, whatever its type, again and again.

    Hidden ones, too, as ``ros2 bag record -a --include-hidden-topics``.
    """

    graph: Graph
    now_ns: Callable[[], int] = time_ns
    messages: list[Message] = field(default_factory=list)
    topics: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look for topics now, and often."""
        self._follow()
        self.graph.tester.create_timer(0.2, self._follow)

    def since(self, mark_ns: int, *topics: str) -> list[Message]:
        """Return the output after a time, of some topics or of all."""
        return [
            m
            for m in self.messages
            if m.time_ns >= mark_ns and m.topic not in INPUTS and (not topics or m.topic in topics)
        ]

    def write(self, path: Path, mark_ns: int, renamed: dict[str, str]) -> None:
        """Write what came from a time on, and the rules of privacy of before, as a bag.

        A few types of ROS are left out. Feedback of actions has no definition, as by rosbag2.
        """
        store = make_typestore()
        kept = [m for m in self.messages if m.type in store.types]
        kept = [m for m in kept if m.time_ns >= mark_ns or m.topic == '/emotion/privacy']
        with Writer(path, version=8, storage_plugin=StoragePlugin.SQLITE3) as writer:
            connections = {
                topic: writer.add_connection(
                    renamed.get(topic, topic),
                    msg_type,
                    typestore=store,
                    msgdef='' if '/action/' in msg_type else None,
                    rihs01=store.hash_rihs01(msg_type),
                )
                for topic, msg_type in {m.topic: m.type for m in kept}.items()
            }
            for message in kept:
                writer.write(connections[message.topic], message.time_ns, message.data)

    def _follow(self) -> None:
        tester = self.graph.tester
        for topic, (msg_type, *_) in tester.get_topic_names_and_types():
            if topic in self.topics:
                continue
            self.topics[topic] = msg_type
            offered = tester.get_publishers_info_by_topic(topic)
            is_latched = any(
                i.qos_profile.durability is DurabilityPolicy.TRANSIENT_LOCAL for i in offered
            )
            qos = QoSProfile(
                depth=DEPTH,
                reliability=ReliabilityPolicy.RELIABLE
                if is_latched
                else ReliabilityPolicy.BEST_EFFORT,
                durability=DurabilityPolicy.TRANSIENT_LOCAL
                if is_latched
                else DurabilityPolicy.VOLATILE,
            )
            take = partial(self._take, topic, msg_type)
            tester.create_subscription(message_class(msg_type), topic, take, qos, raw=True)

    def _take(self, topic: str, msg_type: str, data: bytes) -> None:
        self.messages.append(Message(self.now_ns(), topic, msg_type, bytes(data)))


def message_class(name: str) -> Any:
    """Return a message class by its ROS name, also that of an action's feedback."""
    package, kind, name = name.split('/')
    found = import_module(f'{package}.{kind}')
    if kind == 'action':
        action, _, _ = name.rpartition('_')
        return getattr(found, action).Impl.FeedbackMessage
    return getattr(found, name)


def values(message: Any, path: str = '') -> Iterator[tuple[str, Any]]:
    """Yield every field of a message, or of JSON, with its path."""
    if isinstance(message, dict):
        fields: list[tuple[str, Any]] = list(message.items())
    elif hasattr(message, 'get_fields_and_field_types'):
        fields = [(name, getattr(message, name)) for name in message.get_fields_and_field_types()]
    elif isinstance(message, (list, tuple)):
        fields = [(str(index), value) for index, value in enumerate(message)]
    else:
        yield path, message
        return
    for name, value in fields:
        yield from values(value, f'{path}/{name}')


def leaks(content: Any) -> list[str]:
    """Return what is of the person on the left in a message or in JSON: none of it may be.

    That is what is disgusted or unpleasant: the other one is happy.
    """
    found = []
    for path, value in values(content):
        name = path.rpartition('/')[2]
        if isinstance(value, str):
            is_leak = CANARY in value.lower() or 'disgust' in value.lower()
        elif 'valence' in name and name != 'valence_trend':
            is_leak = value is not None and not math.isnan(value) and value < -0.05
        elif name in ('emotion', 'from_emotion', 'to_emotion'):
            is_leak = value == Emotion.DISGUST
        else:
            is_leak = False
        if hasattr(value, '__len__') and len(value) == len(Emotion) - 1 and 'prob' in name:
            is_leak = value[Emotion.DISGUST] > 0.3
        found += [f'{path}: {value!r}'] if is_leak else []
    return found
