# SPDX-License-Identifier: MIT
"""The layers of the design: which room may import which, and what runs without ROS or torch."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / 'emotion_ros'
# A room imports its own modules and those of the lines above it. Rooms on one line are apart.
LAYERS = (
    ('errors',),
    ('files',),
    ('core',),
    ('core.fusion',),
    ('runtime',),
    ('perception',),
    ('perception.image', 'perception.models'),
    ('perception.face', 'perception.text', 'perception.voice'),
    ('conversions',),
    ('view',),
    ('msg', 'srv', 'action'),
    ('nodes.messages',),
    ('nodes.executors', 'nodes.graph', 'nodes.lifecycle'),
    ('nodes.inputs', 'nodes.people'),
    ('bag.storage',),
    ('bag', 'nodes', 'sandbox'),
    ('audio',),
    ('listener', 'demo', 'web', 'sessions'),
    ('live',),
    ('testing', 'cli', 'launch'),
    ('__main__',),
)
RANKS = {room: rank for rank, rooms in zip(count(), LAYERS) for room in rooms}
CORE_MAY_USE = {*sys.stdlib_module_names, 'numpy', 'emotion_ros'}
ROS_FREE = ('core', 'files', 'runtime', 'perception', 'conversions', 'view', 'live')

# Imports every module of the ROS-free rooms while these cannot be found.
WITHOUT_ROS = f"""
import importlib, pkgutil, sys
class Absent:
    names = ('rclpy', 'emotion_ros.msg', 'emotion_ros.action')
    names += ('torch', 'torchvision', 'transformers')
    def find_spec(self, name, path=None, target=None):
        if name in self.names:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
for room in {ROS_FREE}:
    package = importlib.import_module('emotion_ros.' + room)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):
        importlib.import_module(module.name)
        print(module.name)
"""


def imports_at_top(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports when it is imported, with their full names."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f'{node.module}.{alias.name}' for alias in node.names)


def room_of(module: str) -> str:
    """Return the room of one of our modules: the longest name in LAYERS that it begins with."""
    name = module.removeprefix('emotion_ros.')
    return max((room for room in RANKS if f'{name}.'.startswith(f'{room}.')), key=len)


def modules() -> Iterator[tuple[str, Path]]:
    """Yield name and file of every module of the package."""
    for path in sorted(PACKAGE.rglob('*.py')):
        name = '.'.join(path.relative_to(ROOT).with_suffix('').parts)
        if name != 'emotion_ros.__init__':
            yield name.removesuffix('.__init__'), path


@pytest.mark.parametrize('room', RANKS)
def test_a_room_imports_only_those_above_it(room: str) -> None:
    wrong = [
        f'{name}: {imported}'
        for name, path in modules()
        if room_of(name) == room
        for imported in imports_at_top(path)
        if imported.startswith('emotion_ros.')
        and (there := room_of(imported)) != room
        and RANKS[there] >= RANKS[room]
    ]
    assert not wrong


@pytest.mark.parametrize(
    ('folder', 'foreign'),
    [
        ('emotion_ros', ('training', 'benchmarks', 'studies')),
        ('training', ('benchmarks', 'studies')),
        ('benchmarks', ('training', 'studies')),
        ('emotion_ros/bag', ('emotion_ros.nodes',)),
        ('emotion_ros/nodes', ('emotion_ros.bag',)),
    ],
)
def test_nothing_imports_what_is_built_on_it(folder: str, foreign: tuple[str, ...]) -> None:
    wrong = [
        f'{path.relative_to(ROOT)}: {module}'
        for path in sorted((ROOT / folder).rglob('*.py'))
        for module in imports_at_top(path)
        if any(f'{module}.'.startswith(f'{name}.') for name in foreign)
    ]
    assert not wrong


def test_core_needs_only_the_standard_library_and_numpy() -> None:
    wrong = [
        f'{path.name}: {module}'
        for path in sorted((PACKAGE / 'core').rglob('*.py'))
        for module in imports_at_top(path)
        if module.split('.')[0] not in CORE_MAY_USE
    ]
    assert not wrong


def test_the_ros_free_rooms_work_without_ros_and_torch() -> None:
    done = subprocess.run(
        [sys.executable, '-c', WITHOUT_ROS], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    imported = done.stdout.split()
    assert {'emotion_ros.core.emotions', 'emotion_ros.perception.models.card'} <= set(imported)
