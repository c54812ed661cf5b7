# SPDX-License-Identifier: MIT
"""Command-line options made from the fields of frozen dataclasses: one home per default."""

import argparse
import dataclasses
from typing import Any, TypeVar

from emotion_ros.errors import ModelError

Settings = TypeVar('Settings')


def add_options(parser: argparse.ArgumentParser, settings: type) -> None:
    """One ``--option`` per field of ``settings``, with the field's default and type."""
    for field in dataclasses.fields(settings):
        default = field.default
        switch = {'action': argparse.BooleanOptionalAction} if default in (True, False) else {}
        kind = switch if isinstance(default, bool) else {'type': type(default)}
        parser.add_argument(_flag(field.name), default=default, help=f'default {default}', **kind)


def read_options(args: argparse.Namespace, settings: type[Settings]) -> Settings:
    """The instance of ``settings`` that was asked for."""
    names = [f.name for f in dataclasses.fields(settings)]
    return settings(**{name: getattr(args, name) for name in names})


def restore(values: dict[str, Any], settings: type[Settings], where: object) -> Settings:
    """``settings`` as a checkpoint holds them; ModelError when they are of another kind."""
    try:
        return settings(**values)
    except TypeError as error:
        raise ModelError(f'{where}: {error}') from error


def command_line(module: str, *settings: Any) -> str:
    """The command whose options give these settings; what is default is left out."""
    words = ['python -m', module]
    for one in settings:
        for field in dataclasses.fields(one):
            value = getattr(one, field.name)
            if value != field.default:
                words.append(_option(field.name, value))
    return ' '.join(words)


def _option(name: str, value: object) -> str:
    if isinstance(value, bool):
        return _flag(name if value else f'no_{name}')
    return f'{_flag(name)} {value}'


def _flag(name: str) -> str:
    return '--' + name.replace('_', '-')
