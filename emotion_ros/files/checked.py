# SPDX-License-Identifier: MIT
"""JSON and YAML documents of known shape; every error names the file, the place and the value.

The place is the field in JSON, where a line may be the whole file, and the line in YAML.
"""

import json
import shlex
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from emotion_ros.errors import ConfigError, EmotionRosError, ModelError
from emotion_ros.files.content import HEAD_BYTES, foreign_content, why_missing

if TYPE_CHECKING:
    import yaml

D = TypeVar('D')
T = TypeVar('T')

LARGEST = 1e9


def read_json(path: Path) -> 'CheckedValue':
    """Return the JSON document in a UTF-8 file; it and its values raise ModelError."""
    try:
        return parse_json(path.read_bytes(), path)
    except OSError as error:
        raise ModelError(f'{path}: cannot be read: {error.strerror}') from error


def parse_json(data: bytes, path: Path) -> 'CheckedValue':
    """Return the JSON document in UTF-8 bytes that come from ``path``."""
    try:
        return CheckedValue(json.loads(data.decode('utf-8-sig')), str(path))
    except (ValueError, RecursionError) as error:
        raise ModelError(f'{path}: is not JSON: {error}') from error


def read_text(path: Path) -> str:
    """Return a text file with line ends of Unix; ConfigError, with the file, when it is none.

    UTF-8, or as Windows writes it with a byte order mark: UTF-8 or UTF-16.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f'{path}: cannot be read: {why_missing(path)}') from error
    except OSError as error:
        raise ConfigError(f'{path}: cannot be read: {error.strerror}') from error
    return decode_text(data, str(path))


def decode_text(data: bytes, name: str) -> str:
    """Return the text in the bytes of a file of this name, as ``read_text``."""
    if problem := foreign_content(data[:HEAD_BYTES]):
        raise ConfigError(f'{name}: {problem}')
    encoding = 'utf-16' if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else 'utf-8-sig'
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b'\n', 0, error.start) + 1
        is_text = b'\0' not in data
        cure = f': iconv -f WINDOWS-1252 -t UTF-8 {shlex.quote(name)} > NEW' if is_text else ''
        raise ConfigError(f'{name}: is not UTF-8 (line {line}){cure}') from error
    return text.replace('\r\n', '\n').replace('\r', '\n')


def parse_yaml(text: str, file: str) -> 'CheckedValue':
    """Return the one YAML document in ``text``; it and its values raise ConfigError."""
    import yaml  # 25 ms, which commands without a YAML file need not spend

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            raise ConfigError(f'{file}: is empty')
        return _from_yaml(root, file, {})
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f'{file}: {_yaml_problem(error)}') from error


@dataclass(eq=False, slots=True)
class CheckedValue:
    """One value of a document; each reader raises an error with the place for another type.

    ``content`` is a scalar, a list of children or a dict of keys and children; a child of a JSON
    value is plain and becomes a CheckedValue when it is read. ``source`` is a scalar as written.
    """

    content: object
    place: str
    error_type: type[EmotionRosError] = ModelError
    source: str = ''

    def string(self, choices: Collection[str] = ()) -> str:
        """Return a string that is not blank, and one of ``choices`` if there are any."""
        value = self.content
        if isinstance(value, str) and (value in choices if choices else value.strip()):
            return value
        raise self._type_error(f'one of {", ".join(choices)}' if choices else 'a text (quote it)')

    def choice(self, choices: Mapping[str, T]) -> T:
        """Return what one of the words stands for."""
        return choices[self.string(choices)]

    def number(self, low: float = -LARGEST, high: float = LARGEST) -> float:
        """Return a finite number in [low, high]."""
        value = self.content
        # NaN fails the comparison, infinity the bounds, true and false the type.
        if isinstance(value, (int, float)) and type(value) is not bool and low <= value <= high:
            return float(value)
        raise self._type_error('a number' + _bounds(low, high))

    def integer(self, low: float = -LARGEST, high: float = LARGEST) -> int:
        """Return a whole number in [low, high]."""
        value = self.content
        if type(value) is int and low <= value <= high:
            return value
        raise self._type_error('a whole number' + _bounds(low, high))

    def boolean(self) -> bool:
        """Return true or false."""
        if not isinstance(self.content, bool):
            raise self._type_error('true or false')
        return self.content

    def is_list(self) -> bool:
        """Return whether ``items`` may be called."""
        return isinstance(self.content, list)

    def items(self, count: int | None = None) -> list['CheckedValue']:
        """Return the values of a list, of ``count`` values if given."""
        if not isinstance(self.content, list):
            raise self._type_error('a list')
        if count not in (None, len(self.content)):
            raise self.error(f'a list of {len(self.content)} is not a list of {count} values')
        return [self._child(value, f'[{i}]') for i, value in enumerate(self.content)]

    def strings(self) -> tuple[str, ...]:
        """Return a list of strings."""
        return tuple(item.string() for item in self.items())

    def numbers(self, count: int, low: float, high: float) -> tuple[float, ...]:
        """Return a list of ``count`` finite numbers in [low, high]."""
        values = self.content
        if (
            isinstance(values, list)
            and len(values) == count
            and {*map(type, values)} <= {int, float}
            and all(low <= value <= high for value in values)
        ):
            return tuple(map(float, values))  # ten times as fast; else the first bad one is named
        return tuple(item.number(low, high) for item in self.items(count))

    def mapping(self, *known: str) -> 'CheckedMapping':
        """Return a mapping whose keys are all ``known`` and occur once; without any, all are."""
        if not isinstance(self.content, dict):
            raise self._type_error(f'a mapping with {", ".join(known)}' if known else 'a mapping')
        values: dict[str, CheckedValue] = {}
        for plain_key, value in self.content.items():
            key = self._child(plain_key)
            name = key.content
            if not isinstance(name, str) or (known and name not in known):
                raise key.error(f'unknown key {key._description()} (known: {", ".join(known)})')
            if name in values:
                raise key.error(f'{name!r} is there twice')
            values[name] = self._child(value, f': {name}')
        return CheckedMapping(self, values)

    def metadata(self) -> dict[str, object]:
        """Return a JSON object that is for people to read, unchecked."""
        return {key: value.content for key, value in self.mapping().values.items()}

    @contextmanager
    def error_context(self) -> Iterator[None]:
        """Put this value's place before an error without one that is raised in the block."""
        try:
            yield
        except _ErrorWithLine:
            raise
        except ConfigError as error:
            raise self.error(str(error)) from error

    def error(self, problem: str) -> EmotionRosError:
        """Return an error with the place."""
        return self.error_type(f'{self.place}: {problem}')

    def _type_error(self, expected: str) -> EmotionRosError:
        return self.error(f'{self._description()} is not {expected}')

    def _description(self) -> str:
        if isinstance(self.content, (list, dict)):
            return 'a list' if self.is_list() else 'a mapping'
        return self.source or repr(self.content)

    def _child(self, value: object, name: str = '') -> 'CheckedValue':
        return value if isinstance(value, CheckedValue) else CheckedValue(value, self.place + name)


@dataclass(frozen=True)
class CheckedMapping:
    """The values of a mapping by key."""

    owner: CheckedValue
    values: Mapping[str, CheckedValue]

    def __getitem__(self, key: str) -> CheckedValue:
        """Return the value of a key that must be there."""
        if key not in self.values:
            raise self.owner.error(f'{key!r} is missing')
        return self.values[key]

    def get(self, key: str, read: Callable[[CheckedValue], T], default: D) -> T | D:
        """Return what ``read`` makes of the key's value, or the default when it is missing."""
        return read(self.values[key]) if key in self.values else default


class _ErrorWithLine(ConfigError):
    """An error of a YAML document; what it says begins with the place."""


def _from_yaml(
    node: 'yaml.Node', file: str, known: 'dict[yaml.Node, CheckedValue]'
) -> CheckedValue:
    """Return the value of a node; a list or mapping that is an alias is ``known`` already."""
    import yaml

    place = f'{file}: line {node.start_mark.line + 1}'
    if isinstance(node, yaml.ScalarNode):
        try:
            scalar = yaml.SafeLoader('').construct_object(node)
        except (yaml.YAMLError, ValueError, LookupError, AttributeError):
            scalar = None  # an unknown tag, ``2026-99-99``, ``!!int ""``, ``!!timestamp x``
        return CheckedValue(scalar, place, _ErrorWithLine, repr(node.value))
    if node in known:
        return known[node]
    if isinstance(node, yaml.SequenceNode):
        items: list[CheckedValue] = []
        known[node] = CheckedValue(items, place, _ErrorWithLine)
        items += (_from_yaml(item, file, known) for item in node.value)
    else:
        pairs: dict[CheckedValue, CheckedValue] = {}
        known[node] = CheckedValue(pairs, place, _ErrorWithLine)
        for key, value in node.value:
            pairs[_from_yaml(key, file, known)] = _from_yaml(value, file, known)
    return known[node]


def _yaml_problem(error: Exception) -> str:
    """Return the line, and what is wrong there."""
    mark, problem = getattr(error, 'problem_mark', None), getattr(error, 'problem', None)
    if not mark or not problem:
        return f'is not YAML: {" ".join(str(error).split())}'
    if '\\t' in problem:
        problem = 'a tab at the beginning: indent with spaces'
    where = f'line {mark.line + 1}: is not YAML: {problem}'
    context, begin = getattr(error, 'context', None), getattr(error, 'context_mark', None)
    return f'{where} ({context} from line {begin.line + 1} on)' if context and begin else where


def _bounds(low: float, high: float) -> str:
    return '' if high == LARGEST else f' from {low:g} to {high:g}'
