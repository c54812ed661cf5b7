# SPDX-License-Identifier: MIT
"""Reading a ROS 2 parameter file without ROS."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import yaml

from emotion_ros.core.fusion.config import ModalityConfig
from emotion_ros.core.options import Options
from emotion_ros.errors import ConfigError

C = TypeVar('C', bound=Options)

Parameters = Mapping[str, object]

_NOT_YAML = (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError)
"""What PyYAML raises; ``2026-99-99``, ``!!int ""`` or ``!!timestamp x`` give no YAMLError."""

_KEY = 'ros__parameters'
_ALL_NODES = ('/**', '**')
_OF_EVERY_NODE = ('use_sim_time', 'start_type_description_service', 'qos_overrides.')


class ParamsFile:
    """The parameters in a YAML file by node; ``None`` stands for an empty file.

    ConfigError, with the file name, when it cannot be read or is not a parameter file.
    """

    def __init__(self, path: Path | None) -> None:
        self._where = str(path)
        self._root = {} if path is None else _read(path)

    def config(self, node: str, options: type[C]) -> C:
        """Return a node's configuration; ConfigError for an unknown name or an illegal value."""
        values = self._of_node(node)
        listed = values.get('modalities')
        further = tuple(f'{name}.' for name in listed) if isinstance(listed, tuple) else ()
        own = {k: v for k, v in values.items() if not k.startswith(further)}
        return self._build(node, options, own)

    def modality(self, name: str) -> ModalityConfig:
        """Return the parameters ``<name>.…`` of the fusion node."""
        values = self._of_node('fusion_node')
        prefix = f'{name}.'
        own = {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}
        return self._build(f'fusion_node: {name}', ModalityConfig, own)

    def _of_node(self, node: str) -> dict[str, object]:
        values: dict[str, object] = {}
        for name, block in self._root.items():
            if name not in _ALL_NODES and name.rsplit('/', 1)[-1] != node:
                continue
            parameters = block.get(_KEY) if isinstance(block, dict) else None
            if not isinstance(parameters, dict):
                raise ConfigError(f'{self._where}: {name}: has no {_KEY}')
            try:
                values |= _flatten(parameters)
            except RecursionError as error:
                problem = 'an alias refers to the block that contains it'
                raise ConfigError(f'{self._where}: {name}: {problem}') from error
        return {k: v for k, v in values.items() if not k.startswith(_OF_EVERY_NODE)}

    def _build(self, owner: str, options: type[C], values: Parameters) -> C:
        known = options.defaults()
        if unknown := sorted(set(values) - set(known)):
            names = ', '.join(known)
            raise ConfigError(
                f'{self._where}: {owner}: unknown parameter {unknown[0]!r} (known: {names})'
            )
        try:
            return options(**values)
        except ConfigError as error:
            raise ConfigError(f'{self._where}: {owner}: {error}') from error


def _read(path: Path) -> dict[str, object]:
    try:
        root = yaml.safe_load(path.read_text(encoding='utf-8'))
    except OSError as error:
        raise ConfigError(f'{path}: cannot be read: {error.strerror}') from error
    except _NOT_YAML as error:
        raise ConfigError(f'{path}: is not YAML: {" ".join(str(error).split())}') from error
    if not isinstance(root, dict):
        raise ConfigError(f'{path}: is not a parameter file (node names with {_KEY})')
    return {str(name): block for name, block in root.items()}


def _flatten(parameters: Parameters, prefix: str = '') -> dict[str, object]:
    """Return nested parameters with dotted names, lists as tuples."""
    flat: dict[str, object] = {}
    for name, value in parameters.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f'{prefix}{name}.')
        else:
            flat[f'{prefix}{name}'] = tuple(value) if isinstance(value, list) else value
    return flat
