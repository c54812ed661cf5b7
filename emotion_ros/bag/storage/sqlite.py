# SPDX-License-Identifier: MIT
"""Reading the .db3 files of rosbag2, whole or damaged, without ever changing them."""

import shlex
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from emotion_ros.bag.storage.base import RESTARTED, Channel, Contents, Row, full_type, is_restart
from emotion_ros.bag.storage.sqlite_recovery import ERRORS, Entry, RecoveredIndex
from emotion_ros.errors import BagError

MAGIC = b'SQLite format 3\0'
_SIDE_FILES = ('-wal', '-journal')
_IN_ORDER = 'SELECT rowid, topic_id, timestamp FROM messages ORDER BY timestamp, rowid'
_AS_WRITTEN = (
    'SELECT rowid, topic_id, timestamp FROM messages NOT INDEXED WHERE timestamp > 0 '
    'ORDER BY rowid'
)
_DATA = 'SELECT data FROM messages WHERE rowid = ?'


class SqliteStorage:
    """A database of rosbag2.

    A write-ahead log or a journal beside it is applied to a private copy in a new
    folder. Of a damaged database, every row that can be reached is read.
    """

    def __init__(self, path: Path, new_folder: Callable[[], Path]) -> None:
        self.path = path
        self._file = _with_side_files(path, new_folder)
        self._recovered: RecoveredIndex | None = None
        with closing(self._connect()) as database:
            try:
                if self._file == path:  # else the log may hold the end
                    _check_size(path)
                self.contents = _survey(database)
                _refuse_restart(database, path)
            except ERRORS as error:
                if 'no such table' in str(error):
                    raise BagError(f'{path}: is not a bag: {error}') from error
                self._recovered = index = RecoveredIndex(database)
                self.contents = Contents(problem=f'{path.name} is a damaged database')
                self.contents.add_times(index.times_ns())
                try:
                    self.contents.channels = _channels(database, index.counts())
                except ERRORS as hopeless:
                    raise BagError(f'{path}: damaged or not a bag: {hopeless}') from hopeless

    def rows(self, channel_ids: Collection[int]) -> Iterator[Row]:
        """Yield the messages of these channels by log time, ties as recorded."""
        # when an index breaks off, the counts show how much is missing
        with closing(self._connect()) as database, suppress(*ERRORS):
            entries: Iterator[Entry] = database.execute(_IN_ORDER)
            if self._recovered:
                entries = self._recovered.entries()
            for row_id, topic_id, time_ns in entries:
                if topic_id not in channel_ids:
                    continue
                with suppress(*ERRORS):  # of one row
                    for (data,) in database.execute(_DATA, (row_id,)).fetchall():
                        if isinstance(data, bytes):
                            yield Row(time_ns, topic_id, data)

    def _connect(self) -> sqlite3.Connection:
        mode = 'immutable=1' if self._file == self.path else 'mode=rw'
        database = sqlite3.connect(f'{self._file.resolve().as_uri()}?{mode}', uri=True)
        database.text_factory = lambda text: text.decode(errors='replace')
        # otherwise SQLite reads nothing of a file that was cut off
        database.execute('PRAGMA writable_schema = ON')
        return database


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


def _check_size(path: Path) -> None:
    """Raise sqlite3.DatabaseError when pages at the end are missing, whatever they held.

    Source: https://www.sqlite.org/fileformat.html, "In-header database size".
    """
    with path.open('rb') as file:
        header = file.read(100)
    page_size, pages = (int.from_bytes(header[i:j], 'big') for i, j in ((16, 18), (28, 32)))
    is_size_valid = header[24:28] == header[92:96]  # not after writers older than 3.7
    if is_size_valid and path.stat().st_size < pages * (page_size if page_size > 1 else 65536):
        raise sqlite3.DatabaseError('the end of the file is missing')


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
        contents.add_times((start_ns, end_ns))
    ((indexed,),) = database.execute('SELECT count(timestamp) FROM messages')
    if indexed != sum(counts.values()):
        raise sqlite3.DatabaseError('the index over time is damaged')
    contents.channels = _channels(database, counts)
    return contents


def _refuse_restart(database: sqlite3.Connection, path: Path) -> None:
    """BagError when the times of a topic, as recorded, go back to their beginning."""
    first: dict[int, int] = {}
    before: dict[int, int] = {}
    for row_id, topic_id, now in database.execute(_AS_WRITTEN):
        first.setdefault(topic_id, now)
        if is_restart(now, before.get(topic_id, now), first[topic_id]):
            copy = f'cp {shlex.quote(str(path))} first.db3'
            remove = f'sqlite3 first.db3 "DELETE FROM messages WHERE rowid >= {row_id}"'  # noqa: S608
            raise BagError(f'{path}: {RESTARTED}: {copy} && {remove}')
        before[topic_id] = now


def _channels(database: sqlite3.Connection, counts: Mapping[int, int]) -> list[Channel]:
    columns = {row[1] for row in database.execute('PRAGMA table_info(topics)')}
    digest = 'type_description_hash' if 'type_description_hash' in columns else "''"
    topics = database.execute(
        f'SELECT id, name, type, serialization_format, {digest} FROM topics ORDER BY id'  # noqa: S608
    ).fetchall()
    definitions: dict[str, str] = {}
    with suppress(*ERRORS):  # there are none before Iron
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
