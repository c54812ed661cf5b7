# SPDX-License-Identifier: MIT
"""Reading JSON of known shape; every complaint names the file, the field and the value."""

import json
from collections.abc import Sequence
from pathlib import Path

from emotion_ros.errors import ModelError


def read_json(path: Path) -> 'JsonObject':
    """Return the JSON object in a UTF-8 file; ModelError when there is none."""
    try:
        return parse_json(path.read_bytes(), path)
    except OSError as error:
        raise ModelError(f'{path}: cannot be read: {error.strerror}') from error


def parse_json(data: bytes, path: Path) -> 'JsonObject':
    """Return the JSON object in UTF-8 bytes that come from ``path``."""
    try:
        return JsonObject(json.loads(data.decode('utf-8')), str(path))
    except (ValueError, RecursionError) as error:
        raise ModelError(f'{path}: is not JSON: {error}') from error


class JsonObject:
    """One JSON object, read field by field; ``finish`` refuses the fields nobody read."""

    def __init__(self, raw: object, where: str) -> None:
        if not isinstance(raw, dict):
            raise ModelError(f'{where}: {raw!r} is not a JSON object')
        self._raw: dict[str, object] = raw
        self._where = where
        self._read: set[str] = set()

    def text(self, key: str, *, choices: Sequence[str] = ()) -> str:
        """Return a string that is not empty (and is one of ``choices``, if given)."""
        value = self._take(key)
        if not isinstance(value, str) or not value:
            raise self.error(key, value, 'a string')
        if choices and value not in choices:
            raise self.error(key, value, 'one of ' + ', '.join(choices))
        return value

    def number(self, key: str, *, low: float, high: float) -> float:
        """Return a finite number in [low, high]."""
        return self._number(key, self._take(key), low, high)

    def whole(self, key: str, *, low: int, high: int) -> int:
        """Return a whole number in [low, high]."""
        value = self._take(key)
        if type(value) is not int or not low <= value <= high:
            raise self.error(key, value, f'a whole number from {low} to {high}')
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings."""
        values = self._list(key)
        if not all(isinstance(value, str) and value for value in values):
            raise self.error(key, values, 'a list of strings')
        return tuple(str(value) for value in values)

    def numbers(self, key: str, *, count: int, low: float, high: float) -> tuple[float, ...]:
        """Return a list of ``count`` finite numbers in [low, high]."""
        values = self._list(key)
        if len(values) != count:
            raise self.error(key, values, f'a list of {count} numbers')
        return tuple(self._number(key, value, low, high) for value in values)

    def child(self, key: str) -> 'JsonObject':
        """Return the JSON object in a field."""
        return JsonObject(self._take(key), f'{self._where}: {key}')

    def children(self, key: str) -> list['JsonObject']:
        """Return the list of JSON objects in a field."""
        return [JsonObject(v, f'{self._where}: {key}[{i}]') for i, v in enumerate(self._list(key))]

    def table(
        self, key: str, *, rows: int, columns: int, low: float, high: float
    ) -> tuple[tuple[float, ...], ...]:
        """Return ``rows`` lists of ``columns`` finite numbers in [low, high]."""
        values = self._list(key)
        if len(values) != rows:
            raise self.error(key, values, f'a list of {rows} rows')
        lines = [JsonObject({'row': row}, f'{self._where}: {key}') for row in values]
        return tuple(line.numbers('row', count=columns, low=low, high=high) for line in lines)

    def free(self, key: str) -> dict[str, object]:
        """Return an object whose content is for people, or {} when the field is absent."""
        value = self._take(key) if key in self._raw else {}
        if not isinstance(value, dict):
            raise self.error(key, value, 'a JSON object')
        return value

    def frees(self, key: str) -> tuple[dict[str, object], ...]:
        """Return a list of objects for people, or () when the field is absent."""
        values = self._list(key) if key in self._raw else []
        if not all(isinstance(value, dict) for value in values):
            raise self.error(key, values, 'a list of JSON objects')
        return tuple(value for value in values if isinstance(value, dict))

    def finish(self) -> None:
        """Raise ModelError when a field was never read: it would be silently ignored."""
        unknown = sorted(set(self._raw) - self._read)
        if unknown:
            known = ', '.join(sorted(self._read))
            raise ModelError(f'{self._where}: unknown {unknown[0]!r} (known: {known})')

    def error(self, key: str, value: object, expected: str) -> ModelError:
        """Return the error that says what the field holds and what it should be."""
        return ModelError(f'{self._where}: {key} is {value!r}, not {expected}')

    def _take(self, key: str) -> object:
        if key not in self._raw:
            raise ModelError(f'{self._where}: {key!r} is missing')
        self._read.add(key)
        return self._raw[key]

    def _list(self, key: str) -> list[object]:
        value = self._take(key)
        if not isinstance(value, list):
            raise self.error(key, value, 'a list')
        return value

    def _number(self, key: str, value: object, low: float, high: float) -> float:
        """NaN fails the comparison, infinity the bounds, true and false the type."""
        is_flag = isinstance(value, bool)
        if isinstance(value, (int, float)) and not is_flag and low <= value <= high:
            return float(value)
        raise self.error(key, value, f'a number from {low:g} to {high:g}')
