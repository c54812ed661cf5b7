# SPDX-License-Identifier: MIT
"""Reading the .db3 files of rosbag2, whole or damaged, without ever changing them."""

import shutil
import sqlite3
from array import array
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from emotion_ros.bag.storage import Channel, Contents, Row, full_type
from emotion_ros.errors import BagError

MAGIC = b'SQLite format 3\0'
_SIDE_FILES = ('-wal', '-journal')
_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What sqlite3 raises on damaged files; a text in its own message may be damaged, too."""
_ROWS = 'SELECT rowid, topic_id, timestamp FROM messages'

_MOST_VAIN = 64

Entry = tuple[int, int, int]
"""Row, topic and time (ns) of a message."""


class SqliteStorage:
    """A database of rosbag2.

    A write-ahead log or a journal beside it is applied to a private copy in a new
    folder. Of a damaged database, every row that can be reached is read.
    """

    def __init__(self, path: Path, new_folder: Callable[[], Path]) -> None:
        self.path = path
        self._file = _with_side_files(path, new_folder)
        self._index: _Index | None = None
        with closing(self._connect()) as database:
            try:
                self.contents = _survey(database)
            except _ERRORS as error:
                if 'no such table' in str(error):
                    raise BagError(f'{path}: is not a bag: {error}') from error
                self._index = _Index(database)
                self.contents = self._index.survey(database, path)

    def rows(self, channel_ids: Collection[int]) -> Iterator[Row]:
        """Yield the messages of these channels by log time, ties as recorded."""
        # when an index breaks off, the counts show how much is missing
        with closing(self._connect()) as database, suppress(*_ERRORS):
            entries: Iterator[Entry]
            if self._index:
                entries = self._index.entries()
            else:
                entries = database.execute(f'{_ROWS} ORDER BY timestamp, rowid')
            for row_id, topic_id, time_ns in entries:
                if topic_id in channel_ids and (data := _data(database, row_id)) is not None:
                    yield Row(time_ns, topic_id, data)

    def _connect(self) -> sqlite3.Connection:
        mode = 'immutable=1' if self._file == self.path else 'mode=rw'
        database = sqlite3.connect(f'{self._file.resolve().as_uri()}?{mode}', uri=True)
        database.text_factory = lambda text: text.decode(errors='replace')
        # otherwise SQLite reads nothing of a file that was cut off
        database.execute('PRAGMA writable_schema = ON')
        return database


class _Index:
    """The rows of a damaged database that can be reached, by time."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._ids, self._topics, self._times = array('q'), array('q'), array('q')
        for row_id, topic_id, time_ns in _reachable(database):
            self._ids.append(row_id)
            self._topics.append(topic_id)
            self._times.append(time_ns)
        self._order = sorted(range(len(self._ids)), key=self._times.__getitem__)

    def entries(self) -> Iterator[Entry]:
        """Yield the rows."""
        for at in self._order:
            yield self._ids[at], self._topics[at], self._times[at]

    def survey(self, database: sqlite3.Connection, path: Path) -> Contents:
        """Return the contents, as far as they can be reached; BagError when nothing can."""
        counts = {topic_id: self._topics.count(topic_id) for topic_id in set(self._topics)}
        try:
            channels = _channels(database, counts)
        except _ERRORS as error:
            raise BagError(f'{path}: damaged or not a bag: {error}') from error
        contents = Contents(channels, problem=f'{path.name} is a damaged database')
        if self._order:
            contents.start_ns = self._times[self._order[0]]
            contents.end_ns = self._times[self._order[-1]]
        return contents


def _with_side_files(path: Path, new_folder: Callable[[], Path]) -> Path:
    """Return a private copy when the log or the journal beside it hold something."""
    beside = [path.with_name(path.name + suffix) for suffix in _SIDE_FILES]
    filled = [file for file in beside if file.is_file() and file.stat().st_size]
    if not filled:
        return path
    folder = new_folder()
    for file in (path, *filled):
        shutil.copyfile(file, folder / file.name)
    return folder / path.name


def _survey(database: sqlite3.Connection) -> Contents:
    """Return the contents; sqlite3.Error when the table, its index or its values are damaged."""
    contents, counts = Contents(), {}
    per_topic = database.execute(
        'SELECT topic_id, count(*), min(timestamp), max(timestamp) '
        'FROM messages NOT INDEXED GROUP BY topic_id'
    )
    for topic_id, count, start_ns, end_ns in per_topic:
        if not isinstance(start_ns, int) or not isinstance(end_ns, int):
            raise sqlite3.DatabaseError('a time is not a number')
        counts[topic_id] = count
        contents.start_ns = min(contents.start_ns, start_ns)
        contents.end_ns = max(contents.end_ns, end_ns)
    ((indexed,),) = database.execute('SELECT count(timestamp) FROM messages')
    if indexed != sum(counts.values()):
        raise sqlite3.DatabaseError('the index over time is damaged')
    contents.channels = _channels(database, counts)
    return contents


def _channels(database: sqlite3.Connection, counts: Mapping[int, int]) -> list[Channel]:
    columns = {row[1] for row in database.execute('PRAGMA table_info(topics)')}
    digest = 'type_description_hash' if 'type_description_hash' in columns else "''"
    topics = database.execute(
        f'SELECT id, name, type, serialization_format, {digest} FROM topics ORDER BY id'  # noqa: S608
    ).fetchall()
    definitions: dict[str, str] = {}
    with suppress(*_ERRORS):  # there are none before Iron
        definitions = dict(
            database.execute(
                'SELECT topic_type, encoded_message_definition FROM message_definitions '
                "WHERE encoding = 'ros2msg'"
            )
        )
    return [
        Channel(
            id=topic_id,
            topic=name,
            type=full_type(msg_type),
            count=counts.get(topic_id, 0),
            encoding=encoding,
            definition=definitions.get(msg_type, ''),
            digest=digest or '',
        )
        for topic_id, name, msg_type, encoding, digest in topics
    ]


def _data(database: sqlite3.Connection, row_id: int) -> bytes | None:
    """Return the message in a row; None when it is damaged."""
    try:
        row = database.execute('SELECT data FROM messages WHERE rowid = ?', (row_id,)).fetchone()
    except _ERRORS:
        return None
    return row[0] if row and isinstance(row[0], bytes) else None


def _reachable(database: sqlite3.Connection) -> Iterator[Entry]:
    """Yield the rows by their number, without those on damaged pages."""
    first: int | None = 0
    vain = 0  # attempts without a row
    while first is not None and vain < _MOST_VAIN:
        vain += 1
        try:
            query = f'{_ROWS} NOT INDEXED WHERE rowid >= ? ORDER BY rowid'
            for row_id, topic_id, time_ns in database.execute(query, (first,)):
                if row_id < first:  # a page that refers to an earlier one
                    return
                first, vain = row_id + 1, 0
                if isinstance(topic_id, int) and isinstance(time_ns, int):
                    yield row_id, topic_id, time_ns
        except _ERRORS:
            first = _next_reachable(database, first)
        else:
            first = None


def _next_reachable(database: sqlite3.Connection, damaged: int) -> int | None:
    """Return the lowest number from which rows can be read again; None when there is none."""

    def is_reachable(row_id: int) -> bool:
        query = 'SELECT rowid FROM messages NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1'
        try:
            database.execute(query, (row_id,)).fetchall()
        except _ERRORS:
            return False
        return True

    step = 1
    while not is_reachable(damaged + step):
        step *= 2
        if damaged + step >= 2**62:
            return None
    low, high = damaged + step // 2, damaged + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_reachable(middle) else (middle, high)
    return high
