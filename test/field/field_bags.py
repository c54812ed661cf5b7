# SPDX-License-Identifier: MIT
"""Recordings as they are found: written whole, then split, packed, cut or relabelled."""

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import yaml
import zstandard
from mcap.reader import make_reader
from mcap.writer import Writer as McapWriter
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)
from rosbags.rosbag2 import CompressionFormat, CompressionMode, Writer

from emotion_ros.bag.reader import Bag, Recorded
from emotion_ros.bag.types import make_typestore
from emotion_ros.bag.writer import STORAGES
from small_bags import make_evidence_bag

Make = Callable[[Path], Path]
Rows = Sequence[Recorded]

INFORMATION = 'rosbag2_bagfile_information'
FOREVER = QosTime(9223372036, 854775807)
RELIABLE = Qos(
    QosHistory.KEEP_LAST,
    10,
    QosReliability.RELIABLE,
    QosDurability.VOLATILE,
    FOREVER,
    FOREVER,
    QosLiveliness.AUTOMATIC,
    FOREVER,
    False,
)


@cache
def evidence_rows() -> Rows:
    """Return the 22 messages of the evidence bag: nearly four seconds, no network needed."""
    folder = Path(mkdtemp())
    try:
        make_evidence_bag(folder / 'bag')
        with Bag(folder / 'bag') as bag:
            return tuple(bag.messages(bag.topics))
    finally:
        shutil.rmtree(folder)


def write_rows(
    path: Path, rows: Rows, storage: str = 'sqlite3', packed: str = '', qos: bool = False
) -> Path:
    """Write a bag; ``packed`` is file, message or ''."""
    types = make_typestore()
    writer = Writer(path, version=9, storage_plugin=STORAGES[storage])
    if packed:
        writer.set_compression(CompressionMode[packed.upper()], CompressionFormat.ZSTD)
    profiles = [RELIABLE] if qos else []
    connections: dict[str, Any] = {}
    with writer:
        for row in rows:
            name = row.topic.name
            if name not in connections:
                connections[name] = writer.add_connection(
                    name, row.topic.type, typestore=types, offered_qos_profiles=profiles
                )
            writer.write(connections[name], row.time_ns, row.data)
    return path


def storage_file(bag: Path) -> Path:
    """Return the only storage file of a bag."""
    (file,) = (file for file in bag.iterdir() if file.name != 'metadata.yaml')
    return file


def edit_metadata(bag: Path, **changes: Any) -> Path:
    """Change metadata.yaml; None removes a key."""
    file = bag / 'metadata.yaml'
    root = yaml.safe_load(file.read_text())
    root[INFORMATION] |= changes
    root[INFORMATION] = {k: v for k, v in root[INFORMATION].items() if v is not None}
    file.write_text(yaml.safe_dump(root))
    return bag


def write_split(path: Path, parts: Sequence[tuple[str, str, Rows]], **changes: Any) -> Path:
    """Write a bag of several files, (storage, packed, rows) each, with one metadata.yaml."""
    path.mkdir()
    names, merged, topics = [], {}, {}
    for number, (storage, packed, rows) in enumerate(parts):
        part = write_rows(path / f'part_{number}', rows, storage, packed)
        information = yaml.safe_load((part / 'metadata.yaml').read_text())[INFORMATION]
        file = storage_file(part)
        name = f'bag_{number}{"".join(file.suffixes)}'
        shutil.move(file, path / name)
        shutil.rmtree(part)
        names.append(name)
        for topic in information['topics_with_message_count']:
            known = topics.setdefault(topic['topic_metadata']['name'], topic)
            if known is not topic:
                known['message_count'] += topic['message_count']
        merged |= information
    merged['topics_with_message_count'] = list(topics.values())
    merged['message_count'] = sum(topic['message_count'] for topic in topics.values())
    merged['relative_file_paths'] = names
    (path / 'metadata.yaml').write_text(yaml.safe_dump({INFORMATION: merged}))
    return edit_metadata(path, **changes)


def thirds(storage: str = 'sqlite3', packed: str = '') -> list[tuple[str, str, Rows]]:
    """Return the evidence bag in three parts, one after the other."""
    rows = evidence_rows()
    return [(storage, packed, rows[start:end]) for start, end in ((0, 7), (7, 14), (14, None))]


def interleaved(storages: Sequence[str], packed: Sequence[str]) -> list[tuple[str, str, Rows]]:
    """Return the evidence bag in parts that overlap from end to end."""
    count = len(storages)
    return [
        (storage, pack, evidence_rows()[number::count])
        for number, (storage, pack) in enumerate(zip(storages, packed, strict=True))
    ]


def with_log(path: Path, checkpointed: int, journal: str = 'WAL') -> Path:
    """Write a database as a killed recorder leaves it: some rows are only in the log beside it."""
    whole = storage_file(write_rows(path / 'whole', evidence_rows()))
    live = path / 'live.db3'
    with (
        closing(sqlite3.connect(whole)) as source,
        closing(sqlite3.connect(live, isolation_level=None)) as target,
    ):
        target.execute(f'PRAGMA journal_mode = {journal}')
        target.execute('PRAGMA wal_autocheckpoint = 0')
        rows = source.execute('SELECT * FROM messages ORDER BY id').fetchall()
        script = [line for line in source.iterdump() if 'INSERT INTO "messages"' not in line]
        target.execute('BEGIN')
        for line in script[1:-1]:
            target.execute(line)
        target.execute('COMMIT')
        for number, row in enumerate(rows):
            if number == checkpointed:
                target.execute('PRAGMA wal_checkpoint(TRUNCATE)')
            target.execute('INSERT INTO messages VALUES (?, ?, ?, ?)', row)
        left = path / 'left'
        left.mkdir()
        for file in path.glob('live.db3*'):
            if not file.name.endswith('-shm'):
                shutil.copy(file, left)
    return left / 'live.db3'


def interrupted(path: Path) -> Path:
    """Write a database whose last transaction was interrupted: its journal must be rolled back."""
    file = storage_file(write_rows(path / 'whole', evidence_rows()))
    left = path / 'left'
    left.mkdir()
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute('PRAGMA cache_size = 1')
        database.execute('BEGIN IMMEDIATE')
        database.execute('DELETE FROM messages WHERE id > 3')
        database.execute("UPDATE messages SET data = x'00'")
        database.execute('CREATE TABLE spill AS SELECT zeroblob(200000) AS filler')
        for beside in (file, file.with_name(f'{file.name}-journal')):
            shutil.copy(beside, left)
        database.execute('ROLLBACK')
    return left / file.name


def without_end_mark(path: Path) -> Path:
    """Pack each file as rosbag2 does when its size is a multiple of 131072: no last block."""
    bag = write_rows(path, evidence_rows())
    file = storage_file(bag)
    packed = file.with_name(f'{file.name}.zstd')
    compressor = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    data = compressor.compress(file.read_bytes())
    packed.write_bytes(data + compressor.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
    file.unlink()
    return edit_metadata(
        bag,
        relative_file_paths=[packed.name],
        compression_format='zstd',
        compression_mode='FILE',
    )


def write_mcap(
    path: Path,
    profile: str = 'ros2',
    encoding: str = 'cdr',
    definition: Callable[[str, str], str] = lambda name, text: text,
    rows: Rows | None = None,
    also: Callable[[McapWriter], object] = lambda writer: None,
    **options: Any,
) -> Path:
    """Write a single .mcap with the writer of the MCAP project."""
    source = write_rows(path / 'source', evidence_rows(), 'mcap')
    file = path / 'bag.mcap'
    with storage_file(source).open('rb') as whole, file.open('wb') as out:
        summary = make_reader(whole).get_summary()
        assert summary
        texts = {schema.name: schema.data.decode() for schema in summary.schemas.values()}
        writer = McapWriter(out, **options)
        writer.start(profile=profile, library='field')
        also(writer)
        channels: dict[str, int] = {}
        for row in evidence_rows() if rows is None else rows:
            name, msg_type = row.topic.name, row.topic.type
            if name not in channels:
                text = definition(msg_type, texts[msg_type]).encode()
                schema = writer.register_schema(msg_type, 'ros2msg', text)
                channels[name] = writer.register_channel(name, encoding, schema)
            writer.add_message(channels[name], row.time_ns, row.data, row.time_ns)
        writer.finish()
    return file


def execute(bag: Path, script: str) -> Path:
    """Change the database of a bag."""
    with closing(sqlite3.connect(storage_file(bag), isolation_level=None)) as database:
        database.executescript(script)
    return bag


def cut(file: Path, keep: float) -> Path:
    """Cut the end of a file off."""
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * keep)])
    return file


def moved(rows: Rows, shift: Callable[[int, int], int]) -> list[Recorded]:
    """Return the rows with other log times, made from number and time."""
    return [
        Recorded(shift(number, row.time_ns), row.topic, row.msg, row.data)
        for number, row in enumerate(rows)
    ]
