# SPDX-License-Identifier: MIT
"""The storage files of a recording: found, unpacked and opened by what they contain.

Of metadata.yaml only the names of the files, the numbers of messages and custom_data are used;
what is missing or wrong there is found in the files.
"""

import errno
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

import yaml
import zstandard

from emotion_ros.bag.storage import mcap, mcap_index, sqlite
from emotion_ros.bag.storage.base import DAMAGE, Storage, full_type
from emotion_ros.errors import BagError, ConfigError
from emotion_ros.files.content import HEAD_BYTES, foreign_content, why_missing

ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'
_ROS1_MAGIC = b'#ROSBAG V'
METADATA = 'metadata.yaml'
_SUFFIXES = ('.db3', '.mcap')
_PACKED = ('.zstd', '.zst')
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass
class Listing:
    """The files of a recording, and what its metadata.yaml declares.

    That is the number of messages by topic and type, and the texts that the writer added.
    """

    files: list[Path]
    declared: Counter[tuple[str, str]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    custom_data: dict[str, str] = field(default_factory=dict)


class Scratch:
    """A temporary folder that is made when it is needed."""

    def __init__(self) -> None:
        self._folders: list[TemporaryDirectory[str]] = []

    def folder(self) -> Path:
        """Return a new, empty folder."""
        self._folders.append(TemporaryDirectory(prefix='emotion_ros_'))
        return Path(self._folders[-1].name)

    def close(self) -> None:
        """Remove the folders."""
        while self._folders:
            self._folders.pop().cleanup()


def list_files(path: Path) -> Listing:
    """Return the storage files at a path, a folder or one file; BagError without any."""
    if not path.exists():
        raise BagError(f'{path}: {why_missing(path)}')
    if path.name == METADATA:
        path = path.parent
    if path.is_file():
        return Listing([path])
    listing = _read_metadata(path / METADATA)
    if listing.files:
        return listing
    files = storage_files(path)
    if not files:
        problems = ''.join(f': {problem}' for problem in listing.problems)
        inside = sorted(child.name for child in path.iterdir() if is_bag_folder(child))
        problems += f', but there are bags in it: {", ".join(inside)}' if inside else ''
        raise BagError(f'{path}: is not a bag: it has no .mcap or .db3 file{problems}')
    return replace(listing, files=files, problems=[])


def open_storages(path: Path, scratch: Scratch) -> tuple[list[Storage], Listing]:
    """Open what can be read at a path; the listing has the problems, BagError without any."""
    listing = list_files(path)
    storages: list[Storage] = []
    refusals: list[BagError] = []
    for file in listing.files:
        try:
            storages.append(open_storage(file, scratch))
        except BagError as error:
            refusals.append(error)
    if not storages:
        raise refusals[0]
    listing.problems += [str(error) for error in refusals]
    listing.problems += [s.contents.problem for s in storages if s.contents.problem]
    return storages, listing


def is_bag_folder(path: Path) -> bool:
    """Return whether a folder has the metadata.yaml of a recording, and a file that it names."""
    return bool(_read_metadata(path / METADATA).files)


def require_free(path: Path, force: bool) -> None:
    """ConfigError when a file to be written lies in a recording, or exists and not ``force``."""
    if any(is_bag_folder(folder) for folder in path.resolve().parents):
        raise ConfigError(f'{path}: lies in a recording: choose another file')
    if path.exists() and not force:
        raise ConfigError(f'{path}: exists: choose another file, or --force')


def open_storage(path: Path, scratch: Scratch) -> Storage:
    """Return the storage in a file; BagError when it cannot be read."""
    with _errors_of(path):
        with path.open('rb') as file:
            begin = file.read(HEAD_BYTES)
        if begin.startswith(ZSTD_MAGIC):
            unpacked = scratch.folder() / path.stem
            _unpack(path, unpacked)
            try:
                return open_storage(unpacked, scratch)
            except BagError as error:
                raise BagError(str(error).replace(str(unpacked), str(path))) from error
        if begin.startswith(mcap_index.MAGIC):
            return mcap.McapStorage(path)
        if begin.startswith(sqlite.MAGIC):
            return sqlite.SqliteStorage(path, scratch.folder)
    if begin.startswith(_ROS1_MAGIC):
        raise BagError(
            f'{path}: is a ROS 1 recording: convert it with rosbags-convert --src {path} --dst NEW'
        )
    if problem := foreign_content(begin):
        raise BagError(f'{path}: {problem}')
    if not _is_storage_name(path):
        raise BagError(f'{path}: is not a rosbag2 folder, .mcap or .db3 file')
    reason = 'begins like no .mcap or .db3 file' if begin else 'is empty'
    raise BagError(f'{path}: damaged or not a bag: the file {reason}')


def _unpack(path: Path, unpacked: Path) -> None:
    """Unpack a file; of a damaged one, up to the damage. rosbag2 may leave out the end mark."""
    with path.open('rb') as packed, unpacked.open('wb') as out:
        try:
            reader = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
            shutil.copyfileobj(reader, out, 1 << 20)
        except zstandard.ZstdError:
            return


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise BagError(
                f'{path}: no room in {gettempdir()} to unpack it: set TMPDIR to a folder with more'
            ) from error
        raise BagError(f'{path}: cannot be read: {error.strerror or error}') from error
    except DAMAGE as error:
        reason = ' '.join(str(error).split()) or type(error).__name__
        raise BagError(f'{path}: damaged or not a bag: {reason}') from error


def _is_storage_name(path: Path) -> bool:
    name = path.with_suffix('') if path.suffix in _PACKED else path
    return name.suffix in _SUFFIXES


def storage_files(folder: Path) -> list[Path]:
    """Return the storage files in a folder; one that is there unpacked as well, once."""
    # macOS leaves ._ files beside those it copies
    named = (f for f in folder.iterdir() if _is_storage_name(f) and not f.name.startswith('.'))
    files = sorted(file for file in named if file.is_file())
    packed = {file.with_suffix('') for file in files if file.suffix in _PACKED}
    return [file for file in files if file not in packed]


def _read_metadata(path: Path) -> Listing:
    """Return the files that it names and that exist."""
    listing = Listing([])
    try:
        root: Any = yaml.safe_load(path.read_text(encoding='utf-8'))
        information = root['rosbag2_bagfile_information']
        names = [str(name) for name in information.get('relative_file_paths') or ()]
        for topic in information.get('topics_with_message_count') or ():
            key = topic['topic_metadata']['name'], full_type(topic['topic_metadata']['type'])
            listing.declared[key] += int(topic['message_count'])
        custom = dict(information.get('custom_data') or {})
        listing.custom_data |= {str(key): str(text) for key, text in custom.items()}
    except FileNotFoundError:
        return listing
    except (*DAMAGE, OSError, yaml.YAMLError) as error:
        listing.problems.append(f'metadata.yaml cannot be read ({type(error).__name__})')
        return listing
    missing = []
    for name in names:
        # a name may be the path that the file had where it was recorded
        listed = path.parent / Path(name).name
        unpacked = listed.with_suffix('') if listed.suffix in _PACKED else listed
        packed = [listed.with_name(listed.name + suffix) for suffix in _PACKED]
        found = next((file for file in (listed, unpacked, *packed) if file.is_file()), None)
        if found:
            listing.files.append(found)
        else:
            missing.append(listed.name)
    if missing:
        listing.problems.append(f'{", ".join(missing)} missing')
    return listing
