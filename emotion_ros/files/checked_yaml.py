# SPDX-License-Identifier: MIT
"""YAML of known shape, read value by value; every complaint names the file and the line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import yaml

from emotion_ros.errors import ConfigError

D = TypeVar('D')
T = TypeVar('T')

_LARGEST = 1e9


class _ErrorAtLine(ConfigError):
    """A complaint that has its line already."""


def read_text(path: Path) -> str:
    """Return what a file says; ConfigError, with the file, when it cannot be read."""
    try:
        return path.read_text(encoding='utf-8')
    except OSError as error:
        raise ConfigError(f'{path}: cannot be read: {error.strerror}') from error
    except UnicodeDecodeError as error:
        raise ConfigError(f'{path}: is not UTF-8: {error}') from error


def parse_yaml(text: str, where: str) -> 'YamlValue':
    """Return the one document in ``text``; ConfigError when it is empty or not YAML."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise ConfigError(f'{where}: is not YAML: {" ".join(str(error).split())}') from error
    if root is None:
        raise ConfigError(f'{where}: is empty')
    return YamlValue(root, where)


class YamlValue:
    """One value that knows its line; each reader raises ConfigError for another type."""

    def __init__(self, node: yaml.Node, where: str) -> None:
        self._node = node
        self._where = where

    def text(self) -> str:
        """Return a string that is not blank."""
        value = self._scalar()
        if not isinstance(value, str) or not value.strip():
            raise self._refusal('a text (quote it)')
        return value

    def number(self) -> float:
        """Return a finite number."""
        value = self._scalar()
        if isinstance(value, (int, float)) and type(value) is not bool and abs(value) < _LARGEST:
            return float(value)
        raise self._refusal('a number')

    def whole(self) -> int:
        """Return a whole number."""
        value = self._scalar()
        if type(value) is int and abs(value) < _LARGEST:
            return value
        raise self._refusal('a whole number')

    def flag(self) -> bool:
        """Return true or false."""
        value = self._scalar()
        if not isinstance(value, bool):
            raise self._refusal('true or false')
        return value

    def choice(self, choices: dict[str, T]) -> T:
        """Return what one of the words stands for."""
        value = self._scalar()
        if not isinstance(value, str) or value not in choices:
            raise self._refusal(f'one of {", ".join(choices)}')
        return choices[value]

    def is_list(self) -> bool:
        """Return whether ``items`` may be called."""
        return isinstance(self._node, yaml.SequenceNode)

    def items(self) -> list['YamlValue']:
        """Return the values of a list."""
        if not isinstance(self._node, yaml.SequenceNode):
            raise self._refusal('a list')
        return [YamlValue(node, self._where) for node in self._node.value]

    def mapping(self, *known: str) -> 'YamlMapping':
        """Return a mapping whose keys are all ``known``, each at most once."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self._refusal(f'a mapping with {", ".join(known)}')
        values: dict[str, YamlValue] = {}
        for key_node, value_node in self._node.value:
            key = YamlValue(key_node, self._where)
            name = key._scalar()
            if not isinstance(name, str) or name not in known:
                raise key.error(f'unknown key {name!r} (known: {", ".join(known)})')
            if name in values:
                raise key.error(f'{name!r} is there twice')
            values[name] = YamlValue(value_node, self._where)
        return YamlMapping(self, values)

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Put this value's line before a ConfigError that is raised in the block."""
        try:
            yield
        except _ErrorAtLine:
            raise
        except ConfigError as error:
            raise self.error(str(error)) from error

    def error(self, problem: str) -> ConfigError:
        """Return an error with the file and the line."""
        return _ErrorAtLine(f'{self._where}: line {self._node.start_mark.line + 1}: {problem}')

    def _scalar(self) -> object:
        """Return a plain value, or None for a list or a mapping."""
        if not isinstance(self._node, yaml.ScalarNode):
            return None
        try:
            loader = yaml.SafeLoader('')
            return loader.construct_object(self._node)
        except (yaml.YAMLError, ValueError):  # an unknown tag, a date such as 2026-99-99
            return None

    def _refusal(self, expected: str) -> ConfigError:
        plain = isinstance(self._node, yaml.ScalarNode)
        found = repr(self._node.value) if plain else 'a list' if self.is_list() else 'a mapping'
        return self.error(f'{found} is not {expected}')


class YamlMapping:
    """The values of a mapping by key."""

    def __init__(self, owner: YamlValue, values: dict[str, YamlValue]) -> None:
        self._owner = owner
        self._values = values

    def need(self, key: str, read: Callable[[YamlValue], T]) -> T:
        """Return the value of ``key``; ConfigError when it is missing."""
        if key not in self._values:
            raise self._owner.error(f'{key!r} is missing')
        return self._read(key, read)

    def get(self, key: str, read: Callable[[YamlValue], T], default: D) -> T | D:
        """Return the value of ``key``, or the default when it is missing."""
        return self._read(key, read) if key in self._values else default

    def _read(self, key: str, read: Callable[[YamlValue], T]) -> T:
        return read(self._values[key])
