# SPDX-License-Identifier: MIT
"""Reading a ROS 2 parameter file without ROS."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from emotion_ros.core.fusion.config import ModalityConfig
from emotion_ros.core.options import Options, check_option
from emotion_ros.errors import ConfigError
from emotion_ros.files.checked import CheckedValue, parse_yaml, read_text
from emotion_ros.runtime.lifecycle import LifecycleConfig

C = TypeVar('C', bound=Options)

Parameters = Mapping[str, CheckedValue]

_KEY = 'ros__parameters'
_ALL_NODES = ('/**', '**')
_OF_EVERY_NODE = (
    *('use_sim_time', 'start_type_description_service', 'qos_overrides.'),
    *LifecycleConfig.defaults(),
)


class ParamsFile:
    """The parameters in a YAML file by node; ``None`` stands for an empty file.

    ConfigError, with the file and the line, when it cannot be read or is not a parameter file.
    """

    def __init__(self, path: Path | None) -> None:
        self._where = str(path)
        self._blocks: list[tuple[str, dict[str, CheckedValue]]] = []
        if path is None:
            return
        root = parse_yaml(read_text(path), self._where)
        try:
            self._blocks = [(node, dict(_flatten(block))) for node, block in _nodes(root)]
        except RecursionError as error:
            raise root.error('an alias refers to the block that contains it') from error

    def config(self, node: str, options: type[C]) -> C:
        """Return a node's configuration; ConfigError for an unknown name or an illegal value."""
        values = self._of_node(node)
        listed = values.get('modalities')
        names = listed.items() if listed and listed.is_list() else []
        further = tuple(f'{name.content}.' for name in names)
        own = {k: v for k, v in values.items() if not k.startswith(further)}
        return self._build(node, options, own)

    def modality(self, name: str) -> ModalityConfig:
        """Return the parameters ``<name>.…`` of the fusion node."""
        values = self._of_node('fusion_node')
        prefix = f'{name}.'
        own = {k.removeprefix(prefix): v for k, v in values.items() if k.startswith(prefix)}
        return self._build(f'fusion_node: {name}', ModalityConfig, own)

    def _of_node(self, node: str) -> Parameters:
        values: dict[str, CheckedValue] = {}
        for name, parameters in self._blocks:
            if name.endswith(_ALL_NODES) or name.rsplit('/', 1)[-1] == node:
                values |= parameters
        return {k: v for k, v in values.items() if not k.startswith(_OF_EVERY_NODE)}

    def _build(self, owner: str, options: type[C], values: Parameters) -> C:
        known = options.defaults()
        plain: dict[str, Any] = {}
        for name, value in values.items():
            if name not in known:
                names = ', '.join(known)
                raise value.error(f'{owner}: unknown parameter {name!r} (known: {names})')
            is_list = value.is_list()
            plain[name] = tuple(v.content for v in value.items()) if is_list else value.content
            try:
                check_option(options, name, plain[name])
            except ConfigError as error:
                raise value.error(f'{owner}: {error}') from error
        try:
            return options(**plain)
        except ConfigError as error:
            raise ConfigError(f'{self._where}: {owner}: {error}') from error


def _nodes(value: CheckedValue, name: str = '') -> Iterator[tuple[str, CheckedValue]]:
    """Yield name and parameters of the nodes; what has no parameters is a namespace of some."""
    for key, child in value.mapping().values.items():
        if key == _KEY:
            yield name, child
        elif isinstance(child.content, dict):
            yield from _nodes(child, f'{name}/{key}' if name else key)
        else:
            raise child.error(f'{key!r} is not below {_KEY}, as in NODE: {{{_KEY}: {{...}}}}')


def _flatten(value: CheckedValue, prefix: str = '') -> Iterator[tuple[str, CheckedValue]]:
    """Yield nested parameters with dotted names."""
    for name, child in value.mapping().values.items():
        if isinstance(child.content, dict):
            yield from _flatten(child, f'{prefix}{name}.')
        else:
            yield f'{prefix}{name}', child
