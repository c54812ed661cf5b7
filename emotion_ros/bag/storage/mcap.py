# SPDX-License-Identifier: MIT
"""Reading MCAP files (https://mcap.dev/spec), with or without an index, whole or cut off."""

import heapq
import shlex
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from mcap.opcode import Opcode

from emotion_ros.bag.storage.base import LATEST_NS, RESTART_NS, RESTARTED, Row, is_restart
from emotion_ros.bag.storage.mcap_index import (
    MESSAGE,
    RECORD,
    UNREADABLE,
    read_chunk,
    read_index,
    records,
)
from emotion_ros.errors import BagError

_Found = tuple[int, int, int, int, bytes]
"""Log time (ns), offset in the file, number in the chunk, channel, message."""


class McapStorage:
    """An MCAP file. One without a usable index is read once from end to end to make it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._index = read_index(path)
        self.contents = self._index.contents
        self._refuse_restart()

    def rows(self, channel_ids: Collection[int]) -> Iterator[Row]:
        """Yield the messages of these channels by log time, ties as recorded."""
        with self.path.open('rb') as file:
            parts = self._in_chunks(file, channel_ids), self._outside_chunks(file, channel_ids)
            for time_ns, _, _, channel_id, data in heapq.merge(*parts):
                yield Row(time_ns, channel_id, data)

    def _refuse_restart(self) -> None:
        """BagError when the times of a channel, chunk after chunk, go back to their beginning."""
        written = sorted(self._index.chunks, key=lambda chunk: chunk.offset)
        written = [chunk for chunk in written if 0 < chunk.start_ns <= LATEST_NS]
        for before, chunk in pairwise(written):
            restarts = is_restart(chunk.start_ns, before.start_ns, written[0].start_ns)
            if restarts and self._steps_back(before.offset, chunk.offset):
                cut = f'head -c {chunk.offset} {shlex.quote(str(self.path))} > first.mcap'
                raise BagError(f'{self.path}: {RESTARTED}: {cut}')

    def _steps_back(self, *offsets: int) -> bool:
        """Return whether a channel does in these chunks; others may just be written later."""
        latest: dict[int, int] = {}
        with self.path.open('rb') as file, suppress(*UNREADABLE):
            for offset in offsets:
                for opcode, body in records(read_chunk(file, offset)):
                    if opcode != Opcode.MESSAGE:
                        continue
                    channel_id, _, time_ns, _ = MESSAGE.unpack_from(body)
                    if time_ns < latest.get(channel_id, 0) - RESTART_NS:
                        return True
                    latest[channel_id] = time_ns
        return False

    def _in_chunks(self, file: BinaryIO, wanted: Collection[int]) -> Iterator[_Found]:
        """Yield the messages in chunks, sorted; a chunk is read when its time has come."""
        waiting: list[_Found] = []
        for chunk in self._index.chunks:
            if chunk.channels and chunk.channels.isdisjoint(wanted):
                continue
            while waiting and waiting[0][:2] <= (chunk.start_ns, chunk.offset):
                yield heapq.heappop(waiting)
            try:
                for number, (opcode, body) in enumerate(records(read_chunk(file, chunk.offset))):
                    if opcode != Opcode.MESSAGE:
                        continue
                    channel_id, _, time_ns, _ = MESSAGE.unpack_from(body)
                    if channel_id in wanted and time_ns <= LATEST_NS:
                        data = bytes(body[MESSAGE.size :])
                        found = time_ns, chunk.offset, number, channel_id, data
                        heapq.heappush(waiting, found)
            except UNREADABLE:  # the counts say how many messages that were
                continue
        while waiting:
            yield heapq.heappop(waiting)

    def _outside_chunks(self, file: BinaryIO, wanted: Collection[int]) -> Iterator[_Found]:
        """Yield the messages outside chunks, sorted."""
        times, offsets = self._index.times, self._index.offsets
        for at in sorted(range(len(times)), key=times.__getitem__):
            file.seek(offsets[at])
            _, length = RECORD.unpack(file.read(RECORD.size))
            channel_id, _, time_ns, _ = MESSAGE.unpack(file.read(MESSAGE.size))
            if channel_id in wanted:
                data = file.read(length - MESSAGE.size)
                yield time_ns, offsets[at], 0, channel_id, data
