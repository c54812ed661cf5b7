# SPDX-License-Identifier: MIT
"""Reading rosbag2 recordings, sqlite3 or mcap, without ROS.

What is whole in a damaged recording is read, the rest is counted.
"""

from collections import Counter
from collections.abc import Collection, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard
from rosbags.serde import SerdeError
from rosbags.typesys import TypesysError

from emotion_ros.bag.storage.base import DAMAGE
from emotion_ros.bag.storage.files import ZSTD_MAGIC, Scratch, open_storages
from emotion_ros.bag.storage.merge import ChannelKey, channel_key, merge_rows, sort_ties
from emotion_ros.bag.types import add_speech_types, is_of_other_version, make_typestore
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.errors import BagError

CDR = 'cdr'
DAY_NS = 86_400 * NANOSECONDS
_UNREADABLE = (*DAMAGE, SerdeError, TypesysError, zstandard.ZstdError)


@dataclass(frozen=True)
class Topic:
    """A topic of a bag, its message type (``pkg/msg/Name``) and its number of messages.

    The number is the larger one of those found and those declared.
    """

    name: str
    type: str
    count: int
    encoding: str = CDR


@dataclass(frozen=True, eq=False)
class Recorded:
    """A message with its time of receipt (ROS time, ns) and its serialised bytes."""

    time_ns: int
    topic: Topic
    msg: Any
    data: bytes


class Bag:
    """An open recording: a folder, or one .mcap or .db3 file, packed with zstd or not.

    Order, start and end are those of the messages. Messages at time 0 (recorded before the clock
    was known) are left out when the others are more than a day later; ``no_clock`` counts them.
    ``custom_data`` are the texts of that name in metadata.yaml.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._scratch = Scratch()
        try:
            self._open()
        except BaseException:
            self.close()
            raise

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

    @property
    def no_clock(self) -> int:
        """Number of messages at time 0 that were left out."""
        return sum(self._no_clock.values())

    @property
    def damage(self) -> str:
        """What could not be read of what was asked for, in one line; '' when all could."""
        topics = self._read.keys()
        found, declared = sum(self._read.values()), sum(topic.count for topic in topics)
        missing = f' of {declared}' if declared > found else ''
        if not missing and not self._problems:
            return ''
        causes = [*self._problems, *([self._undecodable] if self._undecodable else [])]
        reason = ''.join(f'{": " if n == 0 else "; "}{cause}' for n, cause in enumerate(causes))
        if not topics:
            return f'{self.path}: damaged{reason}'
        return f'{self.path}: damaged: {found}{missing} messages can be read{reason}'

    def seconds_from_start(self, time_ns: int) -> float:
        """Return the time since the first message, 0 for an earlier one."""
        return max(time_ns - self.start_ns, 0) / NANOSECONDS

    def describe(self) -> str:
        """Return the topics as text: ``/a (pkg/msg/A), /b (pkg/msg/B as json)``."""
        return ', '.join(
            f'{t.name} ({t.type}{"" if t.encoding == CDR else f" as {t.encoding}"})'
            for t in self.topics
        )

    def messages(self, topics: Collection[Topic]) -> Generator[Recorded, None, None]:
        """Yield the messages of these topics in the order of time, ties in that of topic names.

        What cannot be read is left out; ``damage`` then says how much. BagError for a topic whose
        messages are not CDR, or of another version of their type.
        """
        for topic in topics:
            self._require_readable(topic)
        read = dict.fromkeys(topics, 0)
        no_clock = dict.fromkeys(topics, 0)
        by_key = {(topic.name, topic.type, topic.encoding): topic for topic in topics}
        for time_ns, key, data in sort_ties(merge_rows(self._storages, by_key)):
            topic = by_key[key]
            if time_ns <= 0 < self.start_ns:
                no_clock[topic] += 1
                read[topic] += 1
                continue
            try:
                whole = _unpack(data)
                msg = self._types.deserialize_cdr(whole, topic.type)
            except _UNREADABLE as error:
                self._undecodable = ' '.join(str(error).split()) or type(error).__name__
                continue
            read[topic] += 1
            yield Recorded(time_ns, topic, msg, whole)
        self._read |= read
        self._no_clock |= no_clock

    def close(self) -> None:
        """Remove what was unpacked."""
        self._scratch.close()

    def _open(self) -> None:
        self._storages, listing = open_storages(self.path, self._scratch)
        self._problems, self.custom_data = listing.problems, listing.custom_data
        contents = [storage.contents for storage in self._storages]
        self._channels = [channel for content in contents for channel in content.channels]
        self._types = make_typestore()
        add_speech_types(self._types, self._channels)
        self.topics = self._make_topics(listing.declared)
        self._read: dict[Topic, int] = {}
        self._no_clock: dict[Topic, int] = {}
        self._undecodable = ''
        self.start_ns: int = min(content.start_ns for content in contents)
        self.end_ns: int = max(content.end_ns for content in contents)
        if self.start_ns > self.end_ns:
            problems = '; '.join(self._problems)
            reason = f'damaged or not a bag: {problems}' if problems else 'has no messages'
            raise BagError(f'{self.path}: {reason}')
        if self.start_ns <= 0:
            entries = merge_rows(self._storages, {channel_key(c) for c in self._channels})
            first_ns = next((time_ns for time_ns, _, _ in entries if time_ns > 0), 0)
            self.start_ns = first_ns if first_ns > DAY_NS else self.start_ns

    def _make_topics(self, declared: Counter[tuple[str, str]]) -> tuple[Topic, ...]:
        found: Counter[ChannelKey] = Counter()
        for channel in self._channels:
            found[channel_key(channel)] += channel.count
        for (name, msg_type), promised in declared.items():
            encodings = [key for key in found if key[:2] == (name, msg_type)]
            key = encodings[0] if encodings else (name, msg_type, CDR)
            found[key] = max(found[key], promised)
        return tuple(
            Topic(name, msg_type, number, encoding)
            for (name, msg_type, encoding), number in sorted(found.items())
        )

    def _require_readable(self, topic: Topic) -> None:
        if topic.encoding != CDR:
            raise BagError(f'{self.path}: {topic.name} is {topic.encoding.upper()}, not CDR')
        for channel in self._channels:
            if (channel.topic, channel.type) != (topic.name, topic.type):
                continue
            if is_of_other_version(self._types, channel):
                raise BagError(
                    f'{self.path}: {topic.name} was recorded with another version of '
                    f'{topic.type} than the installed one'
                )


def _unpack(data: bytes) -> bytes:
    """Unpack a message that was compressed by itself; no CDR begins like that."""
    if not data.startswith(ZSTD_MAGIC):
        return data
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)
