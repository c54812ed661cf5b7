# SPDX-License-Identifier: MIT
"""The messages of several files in one order."""

import heapq
from collections.abc import Collection, Iterable, Iterator
from itertools import count

from emotion_ros.bag.storage.base import Channel, Row, Storage

MOST_TIES = 64  # messages of one time that are sorted together
MOST_TIES_BYTES = 8_000_000

ChannelKey = tuple[str, str, str]
"""Topic, type and encoding: what is one topic in several files."""
Entry = tuple[int, ChannelKey, bytes]
"""Log time (ns), topic and serialised message."""


def channel_key(channel: Channel) -> ChannelKey:
    """Return what a channel has in common with those of the same topic in other files."""
    return channel.topic, channel.type, channel.encoding


def merge_rows(storages: Iterable[Storage], wanted: Collection[ChannelKey]) -> Iterator[Entry]:
    """Yield the messages of all files by time; a file is opened when its time has come."""
    closed = sorted(storages, key=lambda storage: -storage.contents.start_ns)
    waiting: list[tuple[int, int, Row, Iterator[Row], dict[int, ChannelKey]]] = []
    number = count()
    while closed or waiting:
        if closed and (not waiting or closed[-1].contents.start_ns <= waiting[0][0]):
            storage = closed.pop()
            keys = {
                c.id: key for c in storage.contents.channels if (key := channel_key(c)) in wanted
            }
            order, rows = next(number), storage.rows(keys.keys()) if keys else iter(())
        else:
            time_ns, order, row, rows, keys = heapq.heappop(waiting)
            yield time_ns, keys[row.channel_id], row.data
        if following := next(rows, None):
            heapq.heappush(waiting, (following.time_ns, order, following, rows, keys))


def sort_ties(rows: Iterable[Entry]) -> Iterator[Entry]:
    """Sort what has one time by topic name, a limited number at once."""
    ties: list[Entry] = []
    size = 0
    for row in rows:
        if ties and (row[0] != ties[0][0] or len(ties) == MOST_TIES or size > MOST_TIES_BYTES):
            yield from sorted(ties, key=lambda tie: tie[1][0])
            ties, size = [], 0
        ties.append(row)
        size += len(row[2])
    yield from sorted(ties, key=lambda tie: tie[1][0])
