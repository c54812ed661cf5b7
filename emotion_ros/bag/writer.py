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

from emotion_ros.bag.types import add_speech_types, make_typestore
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.errors import BagError

STORAGES = {'sqlite3': StoragePlugin.SQLITE3, 'mcap': StoragePlugin.MCAP}
FAILURES = (WriterError, OSError, sqlite3.Error)
TIMES = ('builtin_interfaces/msg/Time', 'builtin_interfaces/msg/Duration')


class BagWriter:
    """A new bag; by default in the format that every distribution from Humble on can read.

    BagError when it exists already or cannot be written. An incomplete bag is removed, whatever
    the cause (a full disk, an interrupt).
    """

    def __init__(self, path: Path, storage: str = 'sqlite3', version: Literal[8, 9] = 8) -> None:
        if path.exists():
            raise BagError(f'{path}: exists already: choose another name')
        self.path = path
        self._types = make_typestore()
        add_speech_types(self._types, [])
        self._connections: dict[str, Connection] = {}
        with self._failures_as_bag_error():
            self._writer = Writer(path, version=version, storage_plugin=STORAGES[storage])
            self._open()

    def __enter__(self) -> 'BagWriter':
        """Return the writer."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Finish the bag; remove it when an error has occurred or occurs now."""
        is_whole = False
        try:
            if kind is None:
                with self._failures_as_bag_error():
                    self._writer.close()
                is_whole = True
        finally:
            if not is_whole:
                self._discard()

    def set_custom_data(self, key: str, value: str) -> None:
        """Set a text in ``custom_data`` of metadata.yaml."""
        self._writer.set_custom_data(key, value)

    def write(self, time_ns: int, topic: str, msg_type: str, fields: dict[str, Any]) -> None:
        """Append a message of type ``msg_type`` (``pkg/msg/Name``), received at ``time_ns``.

        Missing fields are zero or empty; a time or a duration may be given in seconds.
        """
        data = self._types.serialize_cdr(self._message(msg_type, fields), msg_type)
        with self._failures_as_bag_error():
            if topic not in self._connections:
                self._connections[topic] = self._writer.add_connection(
                    topic, msg_type, typestore=self._types
                )
            self._writer.write(self._connections[topic], time_ns, data)

    def _open(self) -> None:
        """Open the storage; on failure remove the folder (WriterError: it is not ours)."""
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
    def _failures_as_bag_error(self) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            raise BagError(f'{self.path}: cannot be written: {error}') from error

    def _message(self, msg_type: str, fields: dict[str, Any] | float) -> Any:
        if not isinstance(fields, dict):
            if msg_type not in TIMES:
                raise TypeError(f'{msg_type}: {fields!r} is not a message')
            sec, nanosec = divmod(round(fields * NANOSECONDS), NANOSECONDS)
            sec = min(max(sec, -(2**31)), 2**31 - 1)  # int32 ends in 2038
            fields = {'sec': sec, 'nanosec': nanosec}
        _, definition = self._types.fielddefs[msg_type]
        if unknown := set(fields) - {name for name, _ in definition}:
            raise KeyError(f'{msg_type} has no field {sorted(unknown)[0]!r}')
        values = {name: self._value(desc, fields.get(name)) for name, desc in definition}
        return self._types.types[msg_type](**values)

    def _value(self, desc: Any, value: Any) -> Any:
        """Return a value for a field with this description; None stands for zero or empty."""
        kind, detail = desc
        if kind == Nodetype.NAME:
            return self._message(detail, {} if value is None else value)
        if kind == Nodetype.BASE:
            return ('' if detail[0] == 'string' else 0) if value is None else value
        (element_kind, element), length = detail
        if element_kind == Nodetype.NAME:
            return [self._message(element, item) for item in value or ()]
        if element[0] == 'string':
            return list(value or ())
        return np.asarray([0] * length if value is None else value, np.dtype(element[0]))
