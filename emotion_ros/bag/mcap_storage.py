# SPDX-License-Identifier: MIT
"""Reading MCAP files (https://mcap.dev/spec), with or without an index, whole or cut off."""

import heapq
import os
import struct
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

import zstandard
from lz4.frame import LZ4FrameDecompressor
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.reader import SeekingReader
from mcap.records import Channel as ChannelRecord
from mcap.records import Header, Schema
from mcap.summary import Summary

from emotion_ros.bag.storage import DAMAGE, LATEST_NS, Channel, Contents, Row, full_type
from emotion_ros.errors import BagError

MAGIC = b'\x89MCAP0\r\n'
_UNREADABLE = (*DAMAGE, McapError, zstandard.ZstdError)
_RECORD = struct.Struct('<BQ')  # opcode, length
_CHUNK = struct.Struct('<QQQII')  # start, end, size, checksum, length of the compression's name
_MESSAGE = struct.Struct('<HIQQ')  # channel, sequence, log time, publish time
_LARGEST_CUT_CHUNK = 2**28  # bytes; a larger length is itself damaged

_Found = tuple[int, int, int, int, bytes]
"""Log time (ns), offset in the file, number in the chunk, channel, message."""


@dataclass(frozen=True, order=True)
class _Chunk:
    """Place of a chunk; ``channels`` is empty when it is not known which ones it holds."""

    start_ns: int
    offset: int
    channels: frozenset[int] = field(compare=False)


class McapStorage:
    """An MCAP file. One without a usable index is read once from end to end to make it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.contents = Contents()
        self._chunks: list[_Chunk] = []
        self._times, self._offsets = array('q'), array('q')  # of messages outside chunks
        self._schemas: dict[int, Schema] = {}
        self._channels: dict[int, ChannelRecord] = {}
        self._counts: Counter[int] = Counter()
        with path.open('rb') as file:
            _require_ros2(file, path)
            summary = _complete_summary(file)
            if summary:
                self._take(summary)
            else:
                self._scan(file)
        self._chunks.sort()
        self.contents.channels = [self._channel(record) for record in self._channels.values()]

    def rows(self, channel_ids: Collection[int]) -> Iterator[Row]:
        """Yield the messages of these channels by log time, ties as recorded."""
        with self.path.open('rb') as file:
            found = heapq.merge(self._in_chunks(file, channel_ids), self._outside(file))
            for time_ns, _, _, channel_id, data in found:
                if channel_id in channel_ids:
                    yield Row(time_ns, channel_id, data)

    def _take(self, summary: Summary) -> None:
        """Use the index of a file that was closed."""
        self._schemas, self._channels = summary.schemas, summary.channels
        if summary.statistics:
            self._counts.update(summary.statistics.channel_message_counts)
        for index in summary.chunk_indexes:
            held = frozenset(index.message_index_offsets)
            self._chunks.append(_Chunk(index.message_start_time, index.chunk_start_offset, held))
            if held or index.message_end_time:  # otherwise the chunk has no message
                self._extend(index.message_start_time)
                self._extend(index.message_end_time)

    def _scan(self, file: BinaryIO) -> None:
        """Make the index of a file that has none; what cannot be read is left out."""
        name, broken, offset = self.path.name, 0, len(MAGIC)
        while True:
            file.seek(offset)
            head = file.read(_RECORD.size)
            opcode, length = _RECORD.unpack(head) if len(head) == _RECORD.size else (0, 0)
            is_cut = offset + _RECORD.size + length > os.fstat(file.fileno()).st_size
            if opcode in (Opcode.DATA_END, Opcode.FOOTER):
                break
            if opcode == 0 or is_cut:
                self.contents.problem = (
                    f'{name} was never closed (mcap recover {name} -o NEW.mcap repairs it)'
                )
                if opcode != Opcode.CHUNK:
                    break
            try:
                if opcode == Opcode.CHUNK:
                    self._scan_chunk(file, offset)
                elif opcode in (Opcode.SCHEMA, Opcode.CHANNEL, Opcode.MESSAGE):
                    time_ns = self._scan_record(opcode, memoryview(file.read(length)))
                    if time_ns is not None:
                        self._times.append(time_ns)
                        self._offsets.append(offset)
            except _UNREADABLE:
                broken += 1
            offset += _RECORD.size + length
        if broken and not self.contents.problem:
            self.contents.problem = f'{name} has {broken} damaged records'

    def _scan_chunk(self, file: BinaryIO, offset: int) -> None:
        start_ns = LATEST_NS
        for opcode, body in _records(_read_chunk(file, offset)):
            time_ns = self._scan_record(opcode, body)
            if time_ns is not None:
                start_ns = min(start_ns, time_ns)
        self._chunks.append(_Chunk(start_ns, offset, frozenset()))

    def _scan_record(self, opcode: int, body: memoryview) -> int | None:
        """Take note of a record; return the time of a message."""
        if opcode == Opcode.SCHEMA:
            schema = Schema.read(ReadDataStream(BytesIO(body)))
            self._schemas[schema.id] = schema
        elif opcode == Opcode.CHANNEL:
            channel = ChannelRecord.read(ReadDataStream(BytesIO(body)))
            self._channels[channel.id] = channel
        elif opcode == Opcode.MESSAGE:
            channel_id, _, time_ns, _ = _MESSAGE.unpack_from(body)
            self._counts[channel_id] += 1
            self._extend(time_ns)
            return min(int(time_ns), LATEST_NS)
        return None

    def _extend(self, time_ns: int) -> None:
        if time_ns <= LATEST_NS:
            self.contents.start_ns = min(self.contents.start_ns, time_ns)
            self.contents.end_ns = max(self.contents.end_ns, time_ns)

    def _channel(self, record: ChannelRecord) -> Channel:
        schema = self._schemas.get(record.schema_id)
        definition = schema.data if schema and schema.encoding == 'ros2msg' else b''
        return Channel(
            id=record.id,
            topic=record.topic,
            type=full_type(schema.name) if schema else 'no type',
            count=self._counts[record.id],
            encoding=record.message_encoding,
            definition=definition.decode(errors='replace'),
            digest=record.metadata.get('topic_type_hash', ''),
        )

    def _in_chunks(self, file: BinaryIO, wanted: Collection[int]) -> Iterator[_Found]:
        """Yield the messages in chunks, sorted; a chunk is read when its time has come."""
        waiting: list[_Found] = []
        for chunk in self._chunks:
            if chunk.channels and chunk.channels.isdisjoint(wanted):
                continue
            while waiting and waiting[0][:2] <= (chunk.start_ns, chunk.offset):
                yield heapq.heappop(waiting)
            try:
                records = _records(_read_chunk(file, chunk.offset))
                for number, (opcode, body) in enumerate(records):
                    if opcode == Opcode.MESSAGE:
                        found = _message(body, chunk.offset, number)
                        if found[3] in wanted and found[0] <= LATEST_NS:
                            heapq.heappush(waiting, found)
            except _UNREADABLE:  # the counts say how many messages that were
                continue
        while waiting:
            yield heapq.heappop(waiting)

    def _outside(self, file: BinaryIO) -> Iterator[_Found]:
        """Yield the messages outside chunks, sorted."""
        for at in sorted(range(len(self._times)), key=self._times.__getitem__):
            file.seek(self._offsets[at])
            _, length = _RECORD.unpack(file.read(_RECORD.size))
            body = memoryview(file.read(length))
            if len(body) == length:
                yield _message(body, self._offsets[at], 0)


def _require_ros2(file: BinaryIO, path: Path) -> None:
    """BagError for a recording of ROS 1 and for a file without a header."""
    file.seek(len(MAGIC))
    try:
        _, length = _RECORD.unpack(file.read(_RECORD.size))
        header = Header.read(ReadDataStream(BytesIO(file.read(min(length, _LARGEST_CUT_CHUNK)))))
    except _UNREADABLE as error:
        raise BagError(f'{path}: damaged or not a bag: it ends in its header') from error
    if header.profile == 'ros1':
        raise BagError(
            f'{path}: is a ROS 1 recording: convert the .bag that it was made from with '
            'rosbags-convert --src FILE.bag --dst NEW'
        )


def _complete_summary(file: BinaryIO) -> Summary | None:
    """Return the index at the end of the file when everything can be found with it."""
    size = file.seek(-len(MAGIC), os.SEEK_END)
    if file.read() != MAGIC:
        return None
    try:
        file.seek(0)
        summary = SeekingReader(file).get_summary()
    except _UNREADABLE:
        return None
    if summary is None or summary.statistics is None:
        return None
    counts = summary.statistics.channel_message_counts
    channels = summary.channels
    has_all = (
        sum(counts.values()) == summary.statistics.message_count
        and len(summary.chunk_indexes) == summary.statistics.chunk_count
        and (bool(summary.chunk_indexes) or not counts)
        and all(0 < index.chunk_start_offset < size for index in summary.chunk_indexes)
        and all(channel_id in channels for channel_id in counts)
        and all(not c.schema_id or c.schema_id in summary.schemas for c in channels.values())
    )
    return summary if has_all else None


def _read_chunk(file: BinaryIO, offset: int) -> memoryview:
    """Return the records in a chunk; of a chunk that the end of the file cuts, what is there.

    One of _UNREADABLE when it is damaged.
    """
    file.seek(offset)
    _, length = _RECORD.unpack(file.read(_RECORD.size))
    body = memoryview(file.read(min(length, _LARGEST_CUT_CHUNK)))
    _, _, _, checksum, name_length = _CHUNK.unpack_from(body)
    begin = _CHUNK.size + name_length + 8  # the length of what is packed lies between
    compression, packed = bytes(body[_CHUNK.size : begin - 8]), body[begin:]
    data: bytes | memoryview = packed
    if compression == b'zstd':
        data = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    elif compression == b'lz4':
        data = LZ4FrameDecompressor().decompress(packed)
    elif compression:
        raise McapError(f'unknown compression {compression!r}')
    if len(body) == length and checksum not in (0, crc32(data)):
        raise McapError('the checksum of a chunk is wrong')
    return memoryview(data)


def _records(view: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield opcode and body of every whole record."""
    at = 0
    while at + _RECORD.size <= len(view):
        opcode, length = _RECORD.unpack_from(view, at)
        at += _RECORD.size + length
        if at > len(view):
            return
        yield opcode, view[at - length : at]


def _message(body: memoryview, offset: int, number: int) -> _Found:
    channel_id, _, time_ns, _ = _MESSAGE.unpack_from(body)
    return time_ns, offset, number, channel_id, bytes(body[_MESSAGE.size :])
