# SPDX-License-Identifier: MIT
"""What the launch files import from the package exists, also where ``launch`` is not installed."""

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

LAUNCH = Path(__file__).parents[3] / 'launch'
NEEDS_LAUNCH = ('emotion_ros.launch.actions',)


def own_imports() -> list[tuple[str, str, str]]:
    """Return (launch file, module, name) of every import from emotion_ros."""
    return [
        (path.name, node.module, alias.name)
        for path in sorted(LAUNCH.glob('*.launch.py'))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or '').startswith('emotion_ros')
        for alias in node.names
    ]


@pytest.mark.parametrize(('file', 'module', 'name'), own_imports())
def test_an_imported_name_exists(file, module, name):
    if module in NEEDS_LAUNCH and find_spec('launch_ros') is None:
        source = LAUNCH.parent.joinpath(*module.split('.')).with_suffix('.py')
        defined = {getattr(node, 'name', '') for node in ast.parse(source.read_text()).body}
        assert name in defined, f'{file}: {module} has no {name}'
    else:
        assert hasattr(import_module(module), name), f'{file}: {module} has no {name}'
