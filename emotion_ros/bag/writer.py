# SPDX-License-Identifier: MIT
"""Writing rosbag2 recordings from plain fields, without ROS."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import numpy as np
from rosbags.interfaces import Connection, Nodetype
from rosbags.rosbag2 import StoragePlugin, Writer, WriterError

from emotion_ros.bag.errors import BagError
from emotion_ros.bag.types import make_typestore

NANOSECONDS = 1_000_000_000
STORAGES = {'sqlite3': StoragePlugin.SQLITE3, 'mcap': StoragePlugin.MCAP}
FAILURES = (WriterError, OSError, sqlite3.Error)
TIMES = ('builtin_interfaces/msg/Time', 'builtin_interfaces/msg/Duration')


class BagWriter:
    """A new bag; by default of the kind that every distribution from Humble on can read.

    BagError when it exists already or cannot be written. Whatever ends it early, a full disk or
    an interrupt, removes it.
    """

    def __init__(self, path: Path, storage: str = 'sqlite3', version: Literal[8, 9] = 8) -> None:
        self.path = path
        self._types = make_typestore()
        self._connections: dict[str, Connection] = {}
        with self._blaming_the_disk():
            self._writer = Writer(path, version=version, storage_plugin=STORAGES[storage])
            self._open()

    def __enter__(self) -> 'BagWriter':
        """Return the writer."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Finish the bag; an error that is under way, or comes now, removes it."""
        is_whole = False
        try:
            if kind is None:
                with self._blaming_the_disk():
                    self._writer.close()
                is_whole = True
        finally:
            if not is_whole:
                self._discard()

    def write(self, time_ns: int, topic: str, kind: str, fields: dict[str, Any]) -> None:
        """Append a message of type ``kind`` (``pkg/msg/Name``), received at ``time_ns``.

        Missing fields are zero or empty; a time or a duration may be given in seconds.
        """
        data = self._types.serialize_cdr(self._message(kind, fields), kind)
        with self._blaming_the_disk():
            if topic not in self._connections:
                self._connections[topic] = self._writer.add_connection(
                    topic, kind, typestore=self._types
                )
            self._writer.write(self._connections[topic], time_ns, data)

    def _open(self) -> None:
        """Open the storage; the folder is ours to remove, for a WriterError tells of another's."""
        try:
            self._writer.open()
        except (OSError, sqlite3.Error):
            self._discard()
            raise

    def _discard(self) -> None:
        with suppress(*FAILURES):
            self._writer.abort()
        shutil.rmtree(self.path, ignore_errors=True)

    @contextmanager
    def _blaming_the_disk(self) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            raise BagError(f'{self.path}: cannot be written: {error}') from error

    def _message(self, kind: str, fields: dict[str, Any] | float) -> Any:
        if not isinstance(fields, dict):
            if kind not in TIMES:
                raise TypeError(f'{kind}: {fields!r} is not a message')
            sec, nanosec = divmod(round(fields * NANOSECONDS), NANOSECONDS)
            fields = {'sec': sec, 'nanosec': nanosec}
        _, definition = self._types.fielddefs[kind]
        if unknown := set(fields) - {name for name, _ in definition}:
            raise KeyError(f'{kind} has no field {sorted(unknown)[0]!r}')
        values = {name: self._value(desc, fields.get(name)) for name, desc in definition}
        return self._types.types[kind](**values)

    def _value(self, desc: Any, value: Any) -> Any:
        """Return what a field of this description takes; None stands for zero or nothing."""
        kind, detail = desc
        if kind == Nodetype.NAME:
            return self._message(detail, {} if value is None else value)
        if kind == Nodetype.BASE:
            return _scalar(detail[0], value)
        (element_kind, element), length = detail
        if element_kind == Nodetype.NAME:
            return [self._message(element, item) for item in value or ()]
        if element[0] == 'string':
            return list(value or ())
        return np.asarray([0] * length if value is None else value, np.dtype(element[0]))


def _scalar(kind: str, value: Any) -> Any:
    if value is not None:
        return value
    return '' if kind == 'string' else 0
