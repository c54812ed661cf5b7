# SPDX-License-Identifier: MIT
"""Camera pictures of the moments at which something happened."""

from collections.abc import Iterator, Sequence

from emotion_ros.bag.errors import BagError
from emotion_ros.bag.observer import decode_recorded
from emotion_ros.bag.offline_fusion import NANOSECONDS
from emotion_ros.bag.reader import Bag, Recorded
from emotion_ros.bag.session import Snapshot
from emotion_ros.bag.topics import IMAGES, find_topic
from emotion_ros.core.session_events import Happening
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.decode import rotate_image
from emotion_ros.perception.image.jpeg import encode_jpeg

MOST = 24
WIDTH_PX = 360


def take_pictures(
    bag: Bag, happenings: Sequence[Happening], image_topic: str, rotate: int
) -> list[Snapshot]:
    """Return the first good picture at or after each happening, at most MOST of them.

    BagError when the bag has no images.
    """
    topic = find_topic(bag, IMAGES, image_topic, '--image-topic')
    if topic is None:
        raise BagError(f'{bag.path}: --frames: has no images; it has {bag.describe()}')
    wanted = [happenings[i] for i in _spread(len(happenings), MOST)]
    images = bag.messages([topic])
    return list(_pictures(images, wanted, bag.start_ns, rotate))


def _pictures(
    images: Iterator[Recorded], wanted: Sequence[Happening], start_ns: int, rotate: int
) -> Iterator[Snapshot]:
    waiting = list(reversed(wanted))
    for recorded in images:
        at_s = (recorded.time_ns - start_ns) / NANOSECONDS
        if not waiting:
            return
        if at_s < waiting[-1].at_s:
            continue
        try:
            jpeg = encode_jpeg(rotate_image(decode_recorded(recorded), rotate), WIDTH_PX)
        except InvalidInput:  # the next one will do
            continue
        while waiting and waiting[-1].at_s <= at_s:
            yield Snapshot(at_s, _caption(waiting.pop()), jpeg)


def _caption(happening: Happening) -> str:
    who = happening.person_id or 'somebody'
    return f'{happening.kind.value}: {who} {happening.state.label}'


def _spread(count: int, most: int) -> list[int]:
    """Return at most ``most`` of the indices below ``count``, evenly spread."""
    if count <= most:
        return list(range(count))
    return [i * count // most for i in range(most)]
