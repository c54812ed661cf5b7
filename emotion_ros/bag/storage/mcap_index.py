# SPDX-License-Identifier: MIT
"""Where the messages of an MCAP file are: by its summary, or found by reading all of it once."""

import os
import re
import struct
from array import array
from collections import Counter
from collections.abc import Iterator
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

from emotion_ros.bag.storage.base import DAMAGE, LATEST_NS, Channel, Contents, full_type
from emotion_ros.errors import BagError

MAGIC = b'\x89MCAP0\r\n'
UNREADABLE = (*DAMAGE, McapError, zstandard.ZstdError)
RECORD = struct.Struct('<BQ')  # opcode, length
MESSAGE = struct.Struct('<HIQQ')  # channel, sequence, log time, publish time
# An opcode before a length under a terabyte.
_RECORD_START = re.compile(rb'(?=[\x01-\x0f].{5}\0\0\0)', re.DOTALL)
_RECORDS_IN_A_ROW = 3  # so many make chance unlikely
# What may stand in the data, and the fewest bytes that it has.
_LEAST_BYTES = {
    Opcode.SCHEMA: 14,
    Opcode.CHANNEL: 16,
    Opcode.MESSAGE: 22,
    Opcode.CHUNK: 40,
    Opcode.MESSAGE_INDEX: 6,
    Opcode.ATTACHMENT: 36,
    Opcode.METADATA: 8,
    Opcode.DATA_END: 4,
}
_PIECE = 2**20  # bytes read at a time
_CHUNK = struct.Struct('<QQQII')  # start, end, size, checksum, length of the compression's name


@dataclass(frozen=True, order=True)
class Chunk:
    """Place of a chunk; ``channels`` is empty when it is not known which ones it holds."""

    start_ns: int
    offset: int
    channels: frozenset[int] = field(compare=False)


class McapIndex:
    """The channels of a file, its chunks, and time and offset of the messages outside chunks."""

    def __init__(self) -> None:
        self.contents = Contents()
        self.chunks: list[Chunk] = []
        self.times, self.offsets = array('q'), array('q')
        self._schemas: dict[int, Schema] = {}
        self._channels: dict[int, ChannelRecord] = {}
        self._counts: Counter[int] = Counter()

    def add_summary(self, summary: Summary) -> None:
        """Take over the index of a file that was closed."""
        self._schemas, self._channels = summary.schemas, summary.channels
        if summary.statistics:
            self._counts.update(summary.statistics.channel_message_counts)
        for index in summary.chunk_indexes:
            held = frozenset(index.message_index_offsets)
            self.chunks.append(Chunk(index.message_start_time, index.chunk_start_offset, held))
            if held or index.message_end_time:  # otherwise the chunk has no message
                self.contents.add_times((index.message_start_time, index.message_end_time))

    def scan(self, file: BinaryIO, name: str) -> None:
        """Read a file that has no index; what cannot be read is left out, as far as the end."""
        size, broken, offset = os.fstat(file.fileno()).st_size, 0, len(MAGIC)
        while True:
            file.seek(offset)
            head = file.read(RECORD.size)
            opcode, length = RECORD.unpack(head) if len(head) == RECORD.size else (0, 0)
            if opcode in (Opcode.DATA_END, Opcode.FOOTER):
                break
            is_cut = offset + RECORD.size + length > size
            if opcode == 0 or is_cut:
                # What is whole in a chunk that the end of the file cuts is read below.
                after = None if opcode == Opcode.CHUNK else _find_record(file, offset + 1, size)
                if after is not None:
                    broken, offset = broken + 1, after
                    continue
                self.contents.problem = (
                    f'{name} was never closed (mcap recover {name} -o NEW.mcap repairs it)'
                )
                if opcode != Opcode.CHUNK:
                    break
            try:
                self.add_top_record(file, opcode, offset, min(length, size))
            except UNREADABLE:
                broken += 1
            offset += RECORD.size + length
        if broken and not self.contents.problem:
            self.contents.problem = f'{name} has damaged places: {broken}'

    def add_top_record(self, file: BinaryIO, opcode: int, offset: int, length: int) -> None:
        """Take note of a record outside chunks, whose body is next in the file, or of a chunk."""
        if opcode == Opcode.CHUNK:
            start_ns = LATEST_NS
            for inner, body in records(read_chunk(file, offset)):
                time_ns = self._add(inner, body)
                start_ns = start_ns if time_ns is None else min(start_ns, time_ns)
            self.chunks.append(Chunk(start_ns, offset, frozenset()))
        elif opcode in (Opcode.SCHEMA, Opcode.CHANNEL, Opcode.MESSAGE):
            time_ns = self._add(opcode, memoryview(file.read(length)))
            if time_ns is not None:
                self.times.append(time_ns)
                self.offsets.append(offset)

    def channels(self) -> list[Channel]:
        """Return the channels found, with their numbers of messages."""
        channels = []
        for record in self._channels.values():
            schema = self._schemas.get(record.schema_id)
            definition = schema.data if schema and schema.encoding == 'ros2msg' else b''
            channel = Channel(
                id=record.id,
                topic=record.topic,
                type=full_type(schema.name) if schema else 'no type',
                count=self._counts[record.id],
                encoding=record.message_encoding,
                definition=definition.decode(errors='replace'),
                digest=record.metadata.get('topic_type_hash', ''),
            )
            channels.append(channel)
        return channels

    def _add(self, opcode: int, body: memoryview) -> int | None:
        """Take note of a record; return the time of a message."""
        if opcode == Opcode.SCHEMA:
            schema = Schema.read(ReadDataStream(BytesIO(body)))
            self._schemas[schema.id] = schema
        elif opcode == Opcode.CHANNEL:
            channel = ChannelRecord.read(ReadDataStream(BytesIO(body)))
            self._channels[channel.id] = channel
        elif opcode == Opcode.MESSAGE:
            channel_id, _, time_ns, _ = MESSAGE.unpack_from(body)
            self._counts[channel_id] += 1
            self.contents.add_times((time_ns,))
            return min(int(time_ns), LATEST_NS)
        return None


def read_index(path: Path) -> McapIndex:
    """Return the index of a file; BagError for one of ROS 1, and for one without a header."""
    index = McapIndex()
    with path.open('rb') as file:
        file.seek(len(MAGIC))
        try:
            _, length = RECORD.unpack(file.read(RECORD.size))
            length = min(length, os.fstat(file.fileno()).st_size)
            header = Header.read(ReadDataStream(BytesIO(file.read(length))))
        except UNREADABLE as error:
            raise BagError(f'{path}: damaged or not a bag: it ends in its header') from error
        if header.profile == 'ros1':
            raise BagError(
                f'{path}: is a ROS 1 recording: convert the .bag that it was made from with '
                'rosbags-convert --src FILE.bag --dst NEW'
            )
        summary = read_complete_summary(file)
        if summary is None:
            index.scan(file, path.name)
        else:
            index.add_summary(summary)
    index.chunks.sort()
    index.contents.channels = index.channels()
    return index


def read_complete_summary(file: BinaryIO) -> Summary | None:
    """Return the index at the end of the file when everything can be found with it."""
    size = file.seek(-len(MAGIC), os.SEEK_END)
    if file.read() != MAGIC:
        return None
    try:
        file.seek(0)
        summary = SeekingReader(file).get_summary()
    except UNREADABLE:
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


def _find_record(file: BinaryIO, offset: int, size: int) -> int | None:
    """Return where the records begin again behind a damaged place; None when they do not."""
    while offset < size:
        file.seek(offset)
        piece = file.read(_PIECE)
        for match in _RECORD_START.finditer(piece):
            if _are_records(file, offset + match.start(), size):
                return offset + match.start()
        offset += max(1, len(piece) - RECORD.size + 1)  # a head may lie across two pieces
    return None


def _are_records(file: BinaryIO, offset: int, size: int) -> bool:
    """Return whether some records follow one another from here, or end the data."""
    for _ in range(_RECORDS_IN_A_ROW):
        file.seek(offset)
        head = file.read(RECORD.size)
        opcode, length = RECORD.unpack(head) if len(head) == RECORD.size else (0, 0)
        offset += RECORD.size + length
        if length < _LEAST_BYTES.get(opcode, size) or offset > size:
            return False
        if opcode == Opcode.DATA_END:
            return bool(length == _LEAST_BYTES[Opcode.DATA_END])
    return True


def read_chunk(file: BinaryIO, offset: int) -> memoryview:
    """Return the records in a chunk; of a chunk that the end of the file cuts, what is there.

    One of UNREADABLE when it is damaged.
    """
    file.seek(offset)
    _, length = RECORD.unpack(file.read(RECORD.size))
    # a damaged length must not ask for more memory than the file can fill
    body = memoryview(file.read(min(length, os.fstat(file.fileno()).st_size)))
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


def records(view: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield opcode and body of every whole record."""
    at = 0
    while at + RECORD.size <= len(view):
        opcode, length = RECORD.unpack_from(view, at)
        at += RECORD.size + length
        if at > len(view):
            return
        yield opcode, view[at - length : at]
