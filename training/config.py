# SPDX-License-Identifier: MIT
"""Documented configurations on the command line and in checkpoints.

A configuration is a frozen dataclass of ``emotion_ros.core.options``: each field has a default,
a description and a range, and each field is an option of the same name.
"""

import argparse
import dataclasses
from typing import Any, TypeVar

from emotion_ros.core.options import Options, OptionSpec
from emotion_ros.errors import ConfigError, ModelError

Config = TypeVar('Config', bound=Options)


def add_options(parser: argparse.ArgumentParser, config: type[Options]) -> None:
    """Add one ``--option`` per field of ``config``, in a group with its docstring as title."""
    group = parser.add_argument_group((config.__doc__ or '').splitlines()[0].rstrip('.'))
    for name, default in config.defaults().items():
        kind: dict[str, Any] = {'type': type(default), 'metavar': type(default).__name__.upper()}
        if isinstance(default, bool):
            kind = {'action': argparse.BooleanOptionalAction}
        text = f'{config.specs()[name].doc}{_range(config.specs()[name])}; default {default}'
        group.add_argument(_flag(name), default=default, help=text.replace('%', '%%'), **kind)


def read_options(args: argparse.Namespace, config: type[Config]) -> Config:
    """Return the configuration given on the command line; ConfigError when out of range."""
    return config(**{name: getattr(args, name) for name in config.defaults()})


def restore(values: dict[str, Any], config: type[Config], where: object) -> Config:
    """Return the configuration that a checkpoint holds; ModelError when it is another kind."""
    try:
        return config(**values)
    except (TypeError, ConfigError) as error:
        raise ModelError(f'{where}: {error}') from error


def command_line(module: str, *configs: Options) -> str:
    """Return the command whose options give these configurations; defaults are left out."""
    words = ['python -m', module]
    for config in configs:
        for field in dataclasses.fields(config):
            value = getattr(config, field.name)
            if isinstance(value, bool) and value != field.default:
                words.append(_flag(field.name if value else f'no_{field.name}'))
            elif value != field.default:
                words.append(f'{_flag(field.name)} {value}')
    return ' '.join(words)


def _range(spec: OptionSpec) -> str:
    if spec.low is not None and spec.high is not None:
        return f' ({spec.low:g} to {spec.high:g})'
    return '' if spec.low is None else f' (at least {spec.low:g})'


def _flag(name: str) -> str:
    return '--' + name.replace('_', '-')
