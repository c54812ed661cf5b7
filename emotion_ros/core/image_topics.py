# SPDX-License-Identifier: MIT
"""Names of camera topics: transports of image_transport, and which topic looks like a camera."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

IMAGE = 'sensor_msgs/msg/Image'
COMPRESSED_IMAGE = 'sensor_msgs/msg/CompressedImage'
COMPRESSED = 'compressed'
# Sub-topics of other transports: only image_transport's own plugins can decode them.
FOREIGN_TRANSPORTS = (
    *('ffmpeg', 'theora', 'zstd', 'h264', 'h265', 'hevc', 'av1', 'foxglove'),
    *('compressedDepth', 'draco', 'avif', 'jxl'),
)
AUTO, RAW = 'auto', 'raw'
TRANSPORTS = (AUTO, RAW, COMPRESSED)

_WORD = re.compile(r'[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+')
_NO_FACES = {
    *('depth', 'disparity', 'mask', 'masks', 'segmentation', 'seg', 'label', 'labels'),
    *('debug', 'heatmap', 'costmap', 'map', 'flow', 'annotated', 'overlay', 'confidence'),
}
_LAST = {'infra', 'infra1', 'infra2', 'ir', 'infrared', 'thermal', 'fisheye'}
_COLOUR = {'color', 'colour', 'rgb', 'bgr'}
_TO_PEOPLE = {'head', 'face', 'front', 'frontal', 'forward'}
_NOT_TO_PEOPLE = {
    *('back', 'rear', 'bottom', 'down', 'floor', 'ground', 'dock', 'docking', 'belly'),
    *('hand', 'gripper', 'wrist', 'arm', 'tool', 'eef', 'navigation'),
}


@dataclass(frozen=True)
class Topic:
    """A topic of the graph; ``type`` is such as ``sensor_msgs/msg/Image``."""

    name: str
    type: str


def split_transport(topic: str) -> tuple[str, str]:
    """Return the base name of a camera's topic and its transport, '' for the base itself."""
    base, _, last = topic.rpartition('/')
    is_transport = last in (COMPRESSED, *FOREIGN_TRANSPORTS)
    return (base, last) if base and is_transport else (topic, '')


def image_sources(transport: str, topic: str, compressed_topic: str = '') -> tuple[Topic, ...]:
    """Return what the images of a camera may come from, the most wanted first.

    ``topic`` may be the base name of the camera, the topic of one of its transports, or a
    CompressedImage of any name; ``compressed_topic`` is the full name of the compressed images
    when it does not follow from the base.
    """
    base, named = split_transport(topic)
    raw = Topic(base, IMAGE)
    compressed = Topic(compressed_topic or f'{base}/{COMPRESSED}', COMPRESSED_IMAGE)
    as_named = [Topic(topic, IMAGE), Topic(topic, COMPRESSED_IMAGE)]
    if named in FOREIGN_TRANSPORTS:  # a CompressedImage there is no JPEG
        as_named = []
    by_transport = {
        RAW: [raw, *as_named[:1]],
        COMPRESSED: [compressed, *as_named[1:]],
        AUTO: [compressed, raw, *as_named] if named else [raw, *as_named, compressed],
    }
    return tuple(dict.fromkeys(by_transport[transport]))


def rank_cameras(topics: Sequence[Topic], wanted: Topic, namespace: str = '') -> list[Topic]:
    """Return the topics with images that can be subscribed to, the likeliest camera first.

    One that looks like a depth image, a mask or a drawing is last, infrared before it, and before
    that one on a gripper or at the back of a robot.
    """
    images = [topic for topic in topics if topic.type in (IMAGE, COMPRESSED_IMAGE)]
    images = [topic for topic in images if split_transport(topic.name)[1] in ('', COMPRESSED)]
    wanted_base = split_transport(wanted.name)[0]

    def rank(topic: Topic) -> tuple[object, ...]:
        words = _words(topic.name)
        base = split_transport(topic.name)[0]
        return (
            base != wanted_base,
            2 if words & _NO_FACES else 1 if words & _LAST else 0,
            bool(namespace) and not topic.name.startswith(f'{namespace}/'),
            bool(words & _NOT_TO_PEOPLE) and not words & _TO_PEOPLE,
            -len(words & _COLOUR),
            not base.startswith(f'{wanted_base}/'),
            not words & _TO_PEOPLE,
            -len(words & _words(wanted_base)),
            base,
            topic.type != wanted.type,
        )

    return sorted(images, key=rank)


def shows_no_faces(topic: str) -> bool:
    """Return whether the name is that of a depth image, a mask, a drawing or the like."""
    return bool(_words(topic) & _NO_FACES)


def foreign_transports(topics: Sequence[Topic], wanted: str) -> list[Topic]:
    """Return the topics of transports that need a decoder, those of the wanted camera first."""
    base, _ = split_transport(wanted)
    foreign = [t for t in topics if split_transport(t.name)[1] in FOREIGN_TRANSPORTS]
    colour = [t for t in foreign if not shows_no_faces(t.name)]
    return sorted(colour, key=lambda t: (split_transport(t.name)[0] != base, t.name))


def _words(name: str) -> set[str]:
    parts = {part for part in re.split(r'[/_]', name) if part}
    return {word.lower() for part in parts for word in (part, *_WORD.findall(part))}
