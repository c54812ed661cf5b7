# SPDX-License-Identifier: MIT
"""Recordings as people have them: each case is a report of somebody, named with its source.

A new one is a line of a table below.
"""

import io
import struct
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
import zstandard
from mcap.writer import CompressionType, IndexType
from mcap.writer import Writer as McapWriter
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.typesys import Stores, get_typestore

from emotion_ros.bag.reader import Bag, Recorded
from emotion_ros.cli.main import main
from field_bags import (
    Make,
    cut,
    edit_metadata,
    evidence_rows,
    execute,
    interleaved,
    interrupted,
    moved,
    storage_file,
    thirds,
    with_log,
    without_end_mark,
    write_mcap,
    write_rows,
    write_split,
)
from make_bag import START_NS
from small_bags import SECOND

ROOT = Path(__file__).parents[2]
EVERYTHING = 22
THREE = ('sqlite3', 'mcap', 'sqlite3')


def whole(path: Path, storage: str = 'sqlite3', packed: str = '') -> Path:
    return write_rows(path / 'bag', evidence_rows(), storage, packed)


def bare(path: Path, storage: str, packed: str = '') -> Path:
    """Write a bag without metadata.yaml."""
    bag = whole(path, storage, packed)
    (bag / 'metadata.yaml').unlink()
    return bag


def only_file(path: Path, storage: str, packed: str = '') -> Path:
    return storage_file(whole(path, storage, packed))


def split(path: Path, parts: Sequence[Any], **changes: Any) -> Path:
    return write_split(path / 'bag', parts, **changes)


def reindexed(path: Path, storage: str) -> Path:
    return edit_metadata(whole(path, storage), files=[], relative_file_paths=[])


def other_qos(path: Path, storage: str, text: object) -> Path:
    bag = write_rows(path / 'bag', evidence_rows(), storage, qos=True)
    metadata = bag / 'metadata.yaml'
    if text is None:
        metadata.write_text(metadata.read_text().replace('reliable', 'best_effort'))
        return bag
    root = yaml.safe_load(metadata.read_text())
    topics = root['rosbag2_bagfile_information']['topics_with_message_count']
    for topic in topics:
        topic['topic_metadata'] |= {'offered_qos_profiles': text, 'type_description_hash': ''}
    return edit_metadata(bag, topics_with_message_count=topics)


def renamed(path: Path) -> Path:
    bag = whole(path)
    storage_file(bag).rename(bag / 'greeting.db3')
    return bag


def unpacked_by_hand(path: Path) -> Path:
    """Follow the advice to unpack with zstd -d."""
    bag = whole(path, packed='file')
    file = storage_file(bag)
    with file.open('rb') as packed, file.with_suffix('').open('wb') as out:
        zstandard.ZstdDecompressor().copy_stream(packed, out)
    file.unlink()
    return bag


def empty_log(path: Path) -> Path:
    bag = whole(path)
    file = storage_file(bag)
    file.with_name(f'{file.name}-wal').touch()
    return bag


def log_in_folder(path: Path, checkpointed: int) -> Path:
    return with_log(path, checkpointed).parent


def broken_metadata(path: Path) -> Path:
    bag = whole(path)
    (bag / 'metadata.yaml').write_text('rosbag2_bagfile_information: [\x00')
    return bag


def linked(path: Path) -> Path:
    link = path / 'latest'
    link.symlink_to(whole(path), target_is_directory=True)
    return link


def in_odd_folder(path: Path) -> Path:
    return whole(path).rename(path / 'my bags #1 50% (ä)?')


def shorter_suffix(path: Path) -> Path:
    bag = whole(path, 'mcap', 'file')
    file = storage_file(bag)
    file.rename(file.with_suffix('.zst'))
    return bag


def with_tail(file: Path) -> Path:
    file.write_bytes(file.read_bytes() + bytes(5000))
    return file


def other_things(writer: McapWriter) -> None:
    """Write what only others read: an attachment, metadata, a channel without a schema."""
    writer.add_attachment(START_NS, START_NS, 'calibration.txt', 'text/plain', b'f = 500')
    writer.add_metadata('robot', {'name': 'r1'})
    channel = writer.register_channel('/log', 'json', 0)
    writer.add_message(channel, START_NS + SECOND, b'{}', START_NS + SECOND)


UNKNOWN_TYPE = """
INSERT INTO topics (id, name, type, serialization_format, offered_qos_profiles,
                    type_description_hash)
VALUES (90, '/arm', 'my_robot/msg/Arm', 'cdr', '', ''),
       (91, '/empty', 'std_msgs/msg/Empty', 'cdr', '', '');
INSERT INTO messages (topic_id, timestamp, data)
SELECT 90, timestamp, x'00010000ff' FROM messages;
"""
TOPIC_TWICE = """
INSERT INTO topics (id, name, type, serialization_format, offered_qos_profiles,
                    type_description_hash)
SELECT id + 50, name, type, serialization_format, '', type_description_hash FROM topics;
UPDATE messages SET topic_id = topic_id + 50 WHERE id % 2;
"""

LAST = {'starting_time': {'nanoseconds_since_epoch': START_NS + 3 * SECOND}}
SHORT = {'duration': {'nanoseconds': SECOND // 2}}

ELOQUENT = """
CREATE TABLE known (id INTEGER PRIMARY KEY, name TEXT, type TEXT, serialization_format TEXT);
INSERT INTO known SELECT id, name, type, serialization_format FROM topics;
DROP TABLE topics;
ALTER TABLE known RENAME TO topics;
DROP TABLE schema;
DROP TABLE metadata;
DROP TABLE message_definitions;
"""

HUMBLE = """
CREATE TABLE known (id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL,
                    serialization_format TEXT NOT NULL, offered_qos_profiles TEXT NOT NULL);
INSERT INTO known SELECT id, name, type, serialization_format, offered_qos_profiles FROM topics;
DROP TABLE topics;
ALTER TABLE known RENAME TO topics;
DROP TABLE message_definitions;
UPDATE schema SET schema_version = 3;
"""

# The same 22 messages: exit code 0 and the states of the bag written in one piece.
HEALTHY: dict[str, Make] = {
    'rosbag2 966, start of the last file': lambda p: split(p, thirds(), **LAST, **SHORT),
    'rosbag2 1413, duration of the last file': lambda p: split(p, thirds('mcap'), **SHORT),
    'metadata starts at 0': lambda p: edit_metadata(
        whole(p), starting_time={'nanoseconds_since_epoch': 0}
    ),
    'metadata starts later than it ends': lambda p: edit_metadata(
        whole(p, 'mcap'), starting_time={'nanoseconds_since_epoch': 2**62}
    ),
    'rosbag2 842, files in another order': lambda p: split(
        p, thirds(), relative_file_paths=['bag_2.db3', 'bag_0.db3', 'bag_1.db3']
    ),
    'rosbag2 857, files overlap': lambda p: split(p, interleaved(THREE[:2], ('', ''))),
    'three kinds of files overlap': lambda p: split(
        p, interleaved(THREE, ('', 'message', 'file'))
    ),
    'reindexed, no files listed, sqlite3': lambda p: reindexed(p, 'sqlite3'),
    'reindexed, no files listed, mcap': lambda p: reindexed(p, 'mcap'),
    'rosbag2 2175, no storage named': lambda p: edit_metadata(
        whole(p, 'mcap'), storage_identifier=''
    ),
    'wrong storage named': lambda p: edit_metadata(whole(p), storage_identifier='mcap'),
    'rosbag2 of a year to come': lambda p: edit_metadata(whole(p), version=10),
    'metadata of Foxy': lambda p: edit_metadata(
        whole(p), version=4, files=None, custom_data=None, ros_distro=None
    ),
    'metadata cannot be read': broken_metadata,
    'no metadata, sqlite3': lambda p: bare(p, 'sqlite3'),
    'no metadata, mcap': lambda p: bare(p, 'mcap'),
    'rosbag2 990, no metadata, packed': lambda p: bare(p, 'sqlite3', 'file'),
    'file was renamed': renamed,
    'unpacked with zstd -d': unpacked_by_hand,
    'packed file by itself': lambda p: only_file(p, 'sqlite3', 'file'),
    'packed mcap by itself': lambda p: only_file(p, 'mcap', 'file'),
    'packed messages, .db3 by itself': lambda p: only_file(p, 'sqlite3', 'message'),
    'packed messages, .mcap by itself': lambda p: only_file(p, 'mcap', 'message'),
    'ros2 1476, no end mark of zstd': lambda p: without_end_mark(p / 'bag'),
    'rosbag2 485, half in the log': lambda p: with_log(p, 10),
    'rosbag2 485, folder, half in the log': lambda p: log_in_folder(p, 10),
    'rosbag2 568, all in the log': lambda p: with_log(p, 99),
    'rosbag2 521, log without content': empty_log,
    'journal to be rolled back': interrupted,
    'cuVSLAM 74, QoS emptied': lambda p: other_qos(p, 'mcap', ''),
    'rqt_bag 146, QoS edited': lambda p: other_qos(p, 'sqlite3', None),
    'QoS edited, mcap': lambda p: other_qos(p, 'mcap', None),
    'mcap 389, no profile': lambda p: write_mcap(p, profile=''),
    'mcap 1735, chunk index only': lambda p: write_mcap(p, index_types=IndexType.CHUNK),
    'mcap without index': lambda p: write_mcap(p, index_types=IndexType.NONE),
    'mcap without summary': lambda p: write_mcap(
        p,
        index_types=IndexType.NONE,
        use_statistics=False,
        use_summary_offsets=False,
        repeat_channels=False,
        repeat_schemas=False,
    ),
    'mcap without chunks': lambda p: write_mcap(p, use_chunking=False),
    'mcap, lz4': lambda p: write_mcap(p, compression=CompressionType.LZ4),
    'mcap, small chunks, reversed': lambda p: write_mcap(
        p, chunk_size=300, rows=evidence_rows()[::-1]
    ),
    'a link to the folder': linked,
    'a folder with an odd name': in_odd_folder,
    'a path of the recording machine': lambda p: edit_metadata(
        whole(p), relative_file_paths=['/home/robot/bags/today/bag.db3']
    ),
    'a path with the folder': lambda p: edit_metadata(
        whole(p), relative_file_paths=['./bag/bag.db3']
    ),
    'messages said to be packed': lambda p: edit_metadata(
        whole(p), compression_format='zstd', compression_mode='MESSAGE'
    ),
    'packed as .zst': shorter_suffix,
    'a database without index over time': lambda p: execute(whole(p), 'DROP INDEX timestamp_idx'),
    'a database in the mode WAL, closed': lambda p: execute(whole(p), 'PRAGMA journal_mode = WAL'),
    'a database with a tail of zeros': lambda p: with_tail(storage_file(whole(p))),
    'an mcap with a tail of zeros': lambda p: with_tail(storage_file(whole(p, 'mcap'))),
    'a topic of unknown type': lambda p: execute(whole(p), UNKNOWN_TYPE),
    'a topic that is there twice': lambda p: execute(whole(p), TOPIC_TWICE),
    'types as pkg/Name': lambda p: execute(
        whole(p), "UPDATE topics SET type = replace(type, '/msg/', '/')"
    ),
    'message ids that start high': lambda p: execute(
        whole(p), 'UPDATE messages SET id = 9000000000 - id'
    ),
    'rosbag2 1089, database of Eloquent': lambda p: execute(bare(p, 'sqlite3'), ELOQUENT),
    'an mcap with other things': lambda p: write_mcap(p, also=other_things),
    'an mcap with other things, no chunks': lambda p: write_mcap(
        p, also=other_things, use_chunking=False
    ),
    'mcap without chunks, reversed': lambda p: write_mcap(
        p, use_chunking=False, rows=evidence_rows()[::-1]
    ),
}


def of_humble(path: Path) -> Path:
    """Rewrite the database as Humble has it: no hash of a type, no definitions."""
    bag = execute(whole(path), HUMBLE)
    root = yaml.safe_load((bag / 'metadata.yaml').read_text())
    topics = root['rosbag2_bagfile_information']['topics_with_message_count']
    for topic in topics:
        topic['topic_metadata'].pop('type_description_hash', None)
    return edit_metadata(
        bag, version=5, ros_distro=None, custom_data=None, topics_with_message_count=topics
    )


def unpacked_beside(path: Path) -> Path:
    packed = storage_file(bag := whole(path, packed='file')).read_bytes()
    reader = zstandard.ZstdDecompressor().stream_reader(packed)
    (bag / 'bag.db3').write_bytes(reader.read())
    return bag


def of_macos(path: Path) -> Path:
    bag = bare(path, 'sqlite3')
    (bag / '.DS_Store').write_bytes(b'x')
    (bag / '._bag.db3').write_bytes(b'\0\5\x16\7' + bytes(50))
    return bag


def edited(path: Path, edit: Callable[[str], str]) -> Path:
    metadata = (bag := whole(path)) / 'metadata.yaml'
    metadata.write_bytes(edit(metadata.read_text()).encode())
    return bag


def without_slash(path: Path) -> Path:
    rows = [
        replace(row, topic=replace(row.topic, name=row.topic.name[1:])) for row in evidence_rows()
    ]
    return write_mcap(path, rows=rows)


HEALTHY |= {
    'rosbag2 1258, Humble': of_humble,
    'no hash of a type': lambda p: execute(whole(p), "UPDATE topics SET type_description_hash=''"),
    'the first part of a split bag is empty': lambda p: split(
        p, [('sqlite3', '', evidence_rows()[:0]), ('sqlite3', '', evidence_rows())]
    ),
    'rosbag2 play left the unpacked file': unpacked_beside,
    'files of macOS': of_macos,
    'metadata.yaml itself': lambda p: whole(p) / 'metadata.yaml',
    'metadata with line ends of Windows': lambda p: edited(p, lambda t: t.replace('\n', '\r\n')),
    'metadata with a byte order mark': lambda p: edited(p, lambda t: f'\ufeff{t}'),
    'metadata twice': lambda p: edited(p, lambda t: t + t),
    'metadata is empty': lambda p: edited(p, lambda t: ''),
    'Cyclone DDS, padding in the CDR header': lambda p: execute(
        whole(p), "UPDATE messages SET data = CAST(x'00010003' || substr(data, 5) AS BLOB)"
    ),
    'messages of a topic that is not there': lambda p: execute(
        whole(p),
        'INSERT INTO messages (topic_id, timestamp, data) '
        'SELECT 777, timestamp, data FROM messages LIMIT 3',
    ),
    'an mcap of topics without slash': without_slash,
}


def killed(path: Path, keep: float, with_metadata: bool = True) -> Path:
    bag = whole(path, 'mcap')
    cut(storage_file(bag), keep)
    if not with_metadata:
        (bag / 'metadata.yaml').unlink()
    return bag


def cut_alone(path: Path, **options: Any) -> Path:
    return cut(write_mcap(path, **options), 0.4)


def cut_database(path: Path, keep: float) -> Path:
    bag = whole(path)
    cut(storage_file(bag), keep)
    return bag


def zeroed_database(path: Path) -> Path:
    """Overwrite a page in the middle of many messages."""
    rows = [
        row
        for minute in range(20)
        for row in moved(evidence_rows(), lambda _, time_ns, at=minute: time_ns + at * 4 * SECOND)
    ]
    bag = write_rows(path / 'bag', rows)
    data = bytearray(storage_file(bag).read_bytes())
    page = data.index(rows[200].data) // 4096 * 4096
    data[page : page + 4096] = bytes(4096)
    storage_file(bag).write_bytes(data)
    return bag


def broken_chunk(path: Path) -> Path:
    file = write_mcap(path, chunk_size=900, compression=CompressionType.NONE)
    data = bytearray(file.read_bytes())
    at = data.index(evidence_rows()[0].data) + 40
    data[at] ^= 0xFF
    file.write_bytes(data)
    return file


def with_hole(path: Path, **options: Any) -> Path:
    """Overwrite 1200 bytes in the middle with zeros, as a lost sector reads."""
    file = write_mcap(path, chunk_size=900, compression=CompressionType.NONE, **options)
    data = bytearray(file.read_bytes())
    at = data.index(evidence_rows()[8].data) - 600
    data[at : at + 1200] = bytes(1200)
    file.write_bytes(data)
    return file


def rolled_over(path: Path) -> Path:
    """Set one log time beyond the year 2500, which the index does not know."""
    file = write_mcap(path, chunk_size=900, compression=CompressionType.NONE, enable_crcs=False)
    time = struct.pack('<QQ', *[evidence_rows()[10].time_ns] * 2)
    file.write_bytes(file.read_bytes().replace(time, b'\xfb' + b'\xff' * 7 + time[8:]))
    return file


def malformed_part(path: Path) -> Path:
    bag = split(path, thirds())
    data = bytearray((bag / 'bag_1.db3').read_bytes())
    data[100:4096] = bytes(3996)
    (bag / 'bag_1.db3').write_bytes(data)
    return bag


def lost_file(path: Path) -> Path:
    bag = split(path, thirds())
    (bag / 'bag_1.db3').unlink()
    return bag


def one_cut_file(path: Path) -> Path:
    bag = split(path, thirds('mcap'))
    cut(bag / 'bag_2.mcap', 0.5)
    return bag


def empty_file(path: Path) -> Path:
    bag = split(path, thirds('mcap'))
    (bag / 'bag_2.mcap').write_bytes(b'')
    return bag


def short_of_one(path: Path) -> Path:
    bag = whole(path)
    metadata = bag / 'metadata.yaml'
    metadata.write_text(metadata.read_text().replace('message_count: 20', 'message_count: 21'))
    return bag


def broken_message(path: Path) -> Path:
    rows = list(evidence_rows())
    rows[5] = Recorded(rows[5].time_ns, rows[5].topic, None, rows[5].data[:30])
    return write_rows(path / 'bag', rows)


RECOVER = 'was never closed (mcap recover bag.mcap -o NEW.mcap repairs it)'

# What is whole is used; one line says how much, and what helps.
DAMAGED: dict[str, tuple[Make, str]] = {
    'rosbag2 395, killed, metadata from reindex': (lambda p: killed(p, 0.4), RECOVER),
    'rosbag2 2003, killed, no metadata': (lambda p: killed(p, 0.3, False), RECOVER),
    'killed, not compressed': (lambda p: cut_alone(p, compression=CompressionType.NONE), RECOVER),
    'killed, small chunks': (lambda p: cut_alone(p, chunk_size=400), RECOVER),
    'killed, no chunks': (lambda p: cut_alone(p, use_chunking=False), RECOVER),
    'killed, lz4': (lambda p: cut_alone(p, compression=CompressionType.LZ4), RECOVER),
    'database cut off': (lambda p: cut_database(p, 0.9), 'bag.db3 is a damaged database'),
    'a page of zeros': (zeroed_database, 'bag.db3 is a damaged database'),
    'a chunk with a wrong checksum': (broken_chunk, ' of 22 messages can be read'),
    'a file is missing': (lost_file, '15 of 22 messages can be read: bag_1.db3 missing'),
    'the last file is cut': (one_cut_file, 'bag_2.mcap was never closed'),
    'the last file is empty': (empty_file, 'bag_2.mcap: damaged or not a bag: the file is empty'),
    'one message less than promised': (short_of_one, '22 of 23 messages can be read'),
    'a hole, no index': (
        lambda p: with_hole(p, index_types=IndexType.NONE),
        '11 messages can be read: bag.mcap has damaged places: 2',
    ),
    'a hole, no index and no chunks': (
        lambda p: with_hole(p, index_types=IndexType.NONE, use_chunking=False),
        '16 messages can be read: bag.mcap has damaged places: 1',
    ),
    'a hole, with index': (with_hole, '12 of 22 messages can be read'),
    'rosbag2 2389, a log time that rolled over': (rolled_over, '21 of 22 messages can be read'),
    'rosbag2 1807, one file malformed': (malformed_part, '15 of 22 messages can be read'),
    'a message is cut': (broken_message, '21 of 22 messages can be read'),
}


def ros1(path: Path) -> Path:
    types, kind = get_typestore(Stores.ROS1_NOETIC), 'std_msgs/msg/String'
    with Ros1Writer(path / 'old.bag') as writer:
        connection = writer.add_connection('/speech', kind, typestore=types)
        writer.write(connection, START_NS, types.serialize_ros1(types.types[kind]('hi'), kind))
    return path / 'old.bag'


def without_quality(name: str, text: str) -> str:
    return text.replace('float32 quality', '# ', 1) if name.endswith('EmotionEvidence') else text


def written(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


# One line says what it is and what helps; a healthy recording is not called damaged.
REFUSED: dict[str, tuple[Make, str]] = {
    'reset simulation, sqlite3': (
        lambda p: write_rows(p / 'bag', [*evidence_rows(), *evidence_rows()]),
        'sqlite3 first.db3 "DELETE FROM messages WHERE rowid >= ',
    ),
    'bag played in a loop, mcap': (
        lambda p: write_mcap(p, rows=[*evidence_rows(), *evidence_rows()], chunk_size=400),
        'bag.mcap: the recorded clock starts again',
    ),
    'an address': (lambda p: Path('s3://bucket/bag'), 'aws s3 cp s3://bucket/bag .'),
    'ROS 1': (ros1, 'is a ROS 1 recording: convert it with rosbags-convert --src '),
    'the folder above': (
        lambda p: whole(p).parent,
        'is not a bag: it has no .mcap or .db3 file, but there are bags in it: bag',
    ),
    'ROS 1 in an .mcap': (lambda p: write_mcap(p, profile='ros1'), 'is a ROS 1 recording'),
    'a pointer of Git LFS': (
        lambda p: written(p / 'bag.db3', b'version https://git-lfs.github.com/spec/v1\n'),
        'is a pointer of Git LFS: fetch the file with git lfs pull',
    ),
    'zip': (lambda p: written(p / 'bag.zip', b'PK\3\4' + bytes(40)), 'packed with zip: unpack it'),
    'gzip': (lambda p: written(p / 'bag.db3.gz', b'\x1f\x8b\x08' + bytes(40)), 'packed with gzip'),
    'JSON': (lambda p: write_mcap(p, encoding='json'), ' is JSON, not CDR'),
    'Protobuf': (lambda p: write_mcap(p, encoding='protobuf'), ' is PROTOBUF, not CDR'),
    'older EmotionEvidence': (
        lambda p: write_mcap(p, definition=without_quality),
        '/emotion/evidence was recorded with another version of emotion_ros/msg/EmotionEvidence',
    ),
}


def replay(capsys: pytest.CaptureFixture[str], bag: Path, *options: str) -> tuple[int, str, str]:
    code = main(['replay', str(bag), '--json', *options])
    out, err = capsys.readouterr()
    return code, out, err


@cache
def expected_states() -> str:
    """Return the states of the evidence bag, written in one piece."""
    lines = io.StringIO()
    with TemporaryDirectory() as folder, redirect_stdout(lines):
        main(['replay', str(write_rows(Path(folder) / 'bag', evidence_rows())), '--json'])
    return lines.getvalue()


@pytest.mark.parametrize('case', HEALTHY)
def test_the_states_are_those_of_the_bag_in_one_piece(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / 'found').mkdir()
    bag = HEALTHY[case](tmp_path / 'found')
    before = {file: file.read_bytes() for file in tmp_path.rglob('*') if file.is_file()}
    code, out, err = replay(capsys, bag)
    assert (code, out) == (0, expected_states()), err
    assert 'damaged' not in err
    left = {f: f.read_bytes() for f in (tmp_path / 'found').rglob('*') if f.is_file()}
    assert left == before


@pytest.mark.parametrize('case', DAMAGED)
def test_what_is_whole_is_used_and_the_rest_is_counted(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, line = DAMAGED[case]
    code, out, err = replay(capsys, make(tmp_path), '--output', str(tmp_path / 'new'))
    assert code == 2
    assert line in err.splitlines()[-1]
    assert 'damaged: ' in err.splitlines()[-1]
    assert out
    with Bag(tmp_path / 'new') as bag:
        assert list(bag.messages(bag.topics))
        assert not bag.damage


@pytest.mark.parametrize('case', REFUSED)
def test_one_line_says_what_it_is(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, line = REFUSED[case]
    code, out, err = replay(capsys, make(tmp_path))
    assert (code, out) == (2, '')
    assert line in err.splitlines()[-1]
    assert 'damaged' not in err
