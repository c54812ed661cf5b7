# SPDX-License-Identifier: MIT
"""Reading rosbag2 recordings, sqlite3 or mcap, without ROS; damage is a BagError in one line."""

import struct
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import apsw
from rosbags.interfaces import Connection
from rosbags.rosbag2 import Reader, ReaderError
from rosbags.serde import SerdeError
from rosbags.typesys import TypesysError

from emotion_ros.bag.types import make_typestore
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.errors import BagError

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError
else:
    from backports.zstd import ZstdError

_DAMAGE = (
    ReaderError,
    SerdeError,
    TypesysError,
    ZstdError,
    apsw.Error,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What rosbags and its decompressors raise on broken files; they share no base class."""


@dataclass(frozen=True)
class Topic:
    """A topic of a bag, its message type (``pkg/msg/Name``) and its number of messages."""

    name: str
    type: str
    count: int


@dataclass(frozen=True, eq=False)
class Recorded:
    """A message with its time of receipt (ROS time, ns) and its serialised bytes."""

    time_ns: int
    topic: Topic
    msg: Any
    data: bytes


class Bag:
    """An open recording: a folder with metadata.yaml, or one .mcap or .db3 file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        _require_recording(path)
        self._types = make_typestore()
        with self._damage_as_bag_error():
            self._reader = Reader(path)
            self._reader.open()
        self.topics = tuple(
            Topic(name, info.msgtype or 'several types', info.msgcount)
            for name, info in sorted(self._reader.topics.items())
        )
        self.start_ns = self._reader.start_time
        self.end_ns = self._reader.end_time - 1
        if not self._reader.message_count:
            self.close()
            raise BagError(f'{path}: has no messages')

    def __enter__(self) -> 'Bag':
        """Return the bag."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the bag."""
        self.close()

    @property
    def duration_s(self) -> float:
        """Seconds from the first message to the last."""
        return (self.end_ns - self.start_ns) / NANOSECONDS

    def seconds_from_start(self, time_ns: int) -> float:
        """Return the time since the first message, 0 for an earlier one."""
        return max(time_ns - self.start_ns, 0) / NANOSECONDS

    def describe(self) -> str:
        """Return the topics as text: ``/a (pkg/msg/A), /b (pkg/msg/B)``."""
        return ', '.join(f'{topic.name} ({topic.type})' for topic in self.topics)

    def messages(self, topics: Collection[Topic]) -> Iterator[Recorded]:
        """Yield the messages of these topics in the order of time, ties in that of topic names.

        BagError when a message cannot be read, or when there are fewer than the bag declares.
        """
        chosen = {(topic.name, topic.type): topic for topic in topics}
        wanted = [c for c in self._reader.connections if (c.topic, c.msgtype) in chosen]
        for connection in wanted:
            self._require_same_definition(connection)
        count = 0
        for time_ns, group in groupby(self._rows(wanted), key=lambda row: row[1]):
            for connection, _, data in sorted(group, key=lambda row: row[0].topic):
                count += 1
                topic = chosen[connection.topic, connection.msgtype]
                yield Recorded(time_ns, topic, self._decode(connection, data), data)
        if count < (declared := sum(connection.msgcount for connection in wanted)):
            raise BagError(f'{self.path}: damaged: {count} of {declared} messages can be read')

    def close(self) -> None:
        """Close the files."""
        if self._reader.is_open:
            self._reader.close()

    def _rows(self, connections: list[Connection]) -> Iterator[tuple[Connection, int, bytes]]:
        if not connections:
            return
        rows = self._reader.messages(connections)
        while True:
            with self._damage_as_bag_error():
                row = next(rows, None)
            if row is None:
                return
            yield row

    def _decode(self, connection: Connection, data: bytes) -> Any:
        with self._damage_as_bag_error():
            return self._types.deserialize_cdr(data, connection.msgtype)

    def _require_same_definition(self, connection: Connection) -> None:
        known = self._types.hash_rihs01(connection.msgtype)
        if connection.digest and connection.digest != known:
            raise BagError(
                f'{self.path}: {connection.topic} was recorded with another version of '
                f'{connection.msgtype} than the installed one'
            )

    @contextmanager
    def _damage_as_bag_error(self) -> Iterator[None]:
        try:
            yield
        except _DAMAGE as error:
            reason = ' '.join(str(error).split()) or type(error).__name__
            raise BagError(f'{self.path}: damaged or not a bag: {reason}') from error


def _require_recording(path: Path) -> None:
    if not path.exists():
        raise BagError(f'{path}: no such file or folder')
    if path.is_dir() and not (path / 'metadata.yaml').is_file():
        raise BagError(
            f'{path}: has no metadata.yaml: not a bag, or one that was not closed '
            '(repair it with ros2 bag reindex, or give its .mcap or .db3 file instead)'
        )
    if path.is_file() and path.suffix not in ('.mcap', '.db3'):
        raise BagError(f'{path}: is not a rosbag2 folder, .mcap or .db3 file')
