# SPDX-License-Identifier: MIT
"""What the doctor received on the topics it listens to, and what it says of an input."""

from dataclasses import dataclass, replace
from typing import Any

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
SMALL_PX = 32  # an image with a shorter side is no picture of a camera


@dataclass
class Received:
    """How many messages a subscription got, the last one and its time of receipt (s)."""

    count: int = 0
    last: Any = None
    last_s: float = NAN


@dataclass
class ClockTicks:
    """The first and the last time of /clock (s), and the last one minus that of the wall clock."""

    first_s: float = NAN
    last_s: float = NAN
    offset_s: float = NAN

    def report(self, published: bool) -> ClockReport:
        """Return what they say of a clock that is published, or is not."""
        is_running = self.last_s != self.first_s and self.last_s == self.last_s
        return ClockReport(published=published, is_running=is_running, offset_s=self.offset_s)


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
    return replace(wanted, size=size, brightness=float(pixels.max()))
