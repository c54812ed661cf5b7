# SPDX-License-Identifier: MIT
"""Camera pictures of the events of a session."""

from collections.abc import Sequence

from emotion_ros.bag.observer import decode_recorded
from emotion_ros.bag.reader import Bag
from emotion_ros.bag.session import Snapshot
from emotion_ros.bag.topics import find_image, read_private_times
from emotion_ros.core.people.events import EventType, PersonEvent
from emotion_ros.errors import BagError, InvalidInput
from emotion_ros.perception.image.compressed import encode_jpeg
from emotion_ros.perception.image.decode import rotate_image

MAX_PICTURES = 24
WIDTH_PX = 360


def take_pictures(
    bag: Bag, events: Sequence[PersonEvent], image_topic: str, rotate: int
) -> list[Snapshot]:
    """Return the first decodable picture at or after each event, at most MAX_PICTURES of them.

    None is taken while a person was paused. Events that show nothing (an offset, a loss, words
    alone) have no picture. BagError when the bag has no images.
    """
    topic = find_image(bag, image_topic)
    if topic is None:
        raise BagError(f'{bag.path}: --frames: the bag has no images; it has {bag.describe()}')
    without = (EventType.OFFSET, EventType.LOST)
    events = [event for event in events if event.person_id and event.type not in without]
    if len(events) > MAX_PICTURES:  # evenly spread
        events = [events[i * len(events) // MAX_PICTURES] for i in range(MAX_PICTURES)]
    private = read_private_times(bag)
    waiting = list(reversed(events))
    snapshots: list[Snapshot] = []
    for recorded in bag.messages([topic]):
        at_s = bag.seconds_from_start(recorded.time_ns)
        if not waiting:
            break
        if at_s < waiting[-1].at_s or private.hides_image(recorded.time_ns):
            continue
        try:
            jpeg = encode_jpeg(rotate_image(decode_recorded(recorded), rotate), WIDTH_PX)
        except InvalidInput:  # take the next picture
            continue
        shown = []
        while waiting and waiting[-1].at_s <= at_s:
            shown.append(waiting.pop())
        snapshots.append(Snapshot(at_s, tuple(shown), jpeg))
    return snapshots
