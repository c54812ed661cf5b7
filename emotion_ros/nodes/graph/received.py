# SPDX-License-Identifier: MIT
"""What the doctor received on the topics it listens to, and what it says of an input."""

from dataclasses import dataclass, field, replace
from typing import Any
from zlib import adler32

from sensor_msgs.msg import CompressedImage, Image

from emotion_ros.core.graph.snapshot import (
    FUSION,
    NAN,
    SENTIMENT,
    VISION,
    ClockReport,
    InputTopic,
    NodeReport,
)
from emotion_ros.errors import InvalidInput
from emotion_ros.nodes.graph.graph_info import with_image
from emotion_ros.nodes.messages.image_decoder import make_decoder
from emotion_ros.perception.face.config import VisionConfig

NODES = (VISION, SENTIMENT, FUSION)
LEAST_STILL = 10
SMALL_PX = 32  # an image with a shorter side is no picture of a camera


@dataclass
class Received:
    """How many messages a subscription got, the last one and its time of receipt (s)."""

    count: int = 0
    last: Any = None
    last_s: float = NAN
    _contents: set[int] = field(default_factory=set)

    def add(self, msg: Any, received_s: float) -> None:
        """Add a message."""
        self.count += 1
        self.last, self.last_s = msg, received_s
        if isinstance(msg, (Image, CompressedImage)) and len(self._contents) < 2:
            self._contents.add(adler32(msg.data))

    @property
    def is_still(self) -> bool:
        """Whether these are images, all of them equal."""
        return self.count >= LEAST_STILL and len(self._contents) == 1


@dataclass
class ClockTicks:
    """The first and the last time of /clock (s), and the last one minus that of the wall clock."""

    first_s: float = NAN
    last_s: float = NAN
    offset_s: float = NAN
    count: int = 0

    def report(self, published: bool, duration_s: float) -> ClockReport:
        """Return what they say of a clock that is published, or is not."""
        is_running = self.last_s != self.first_s and self.last_s == self.last_s
        rate_hz = self.count / duration_s
        return ClockReport(published, is_running, offset_s=self.offset_s, rate_hz=rate_hz)


def complete_input(
    wanted: InputTopic | None,
    received: dict[str, Received],
    lifecycles: dict[str, str],
    node: NodeReport,
) -> InputTopic | None:
    """Return an input with the last message and the states of the managed nodes."""
    if wanted is None:
        return None
    publishers = tuple(
        replace(publisher, lifecycle=lifecycles.get(publisher.path, publisher.lifecycle))
        for publisher in wanted.publishers
    )
    idle = sorted(
        path
        for path, state in lifecycles.items()
        if state == 'unconfigured' and path.rpartition('/')[2] not in NODES
    )
    got = received[wanted.topic]
    count = max(got.count, node.recent('received'))  # the node may get what the doctor misses
    wanted = replace(wanted, publishers=publishers, managed=tuple(idle), received=count)
    wanted = replace(wanted, is_still=got.is_still)
    return wanted if got.last is None else _with_message(wanted, got.last, got.last_s)


def _with_message(wanted: InputTopic, msg: Any, received_s: float) -> InputTopic:
    if not isinstance(msg, (Image, CompressedImage)):
        return wanted
    wanted = with_image(wanted, msg, received_s)
    try:
        pixels = make_decoder(VisionConfig())(msg)
    except InvalidInput:
        return wanted
    if min(pixels.shape[:2]) < SMALL_PX:
        return wanted
    size = f'{pixels.shape[1]}x{pixels.shape[0]}'
    brightness, contrast = float(pixels.max()), float(pixels.std(axis=(0, 1)).max())
    return replace(wanted, size=size, brightness=brightness, contrast=contrast)
