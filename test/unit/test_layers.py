"""The arrows of the design: who may import whom, and what must run without ROS or torch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ('emotion_ros', 'training', 'benchmarks')
ALLOWED = {
    'emotion_ros/core': {'emotion_ros.core'},
    'emotion_ros/inference': {'emotion_ros.core', 'emotion_ros.inference'},
    'emotion_ros/view': {'emotion_ros.core', 'emotion_ros.view'},
    'emotion_ros/nodes': {
        'emotion_ros.core',
        'emotion_ros.inference',
        'emotion_ros.view',
        'emotion_ros.nodes',
        'emotion_ros.msg',
    },
    'emotion_ros/tools': {
        'emotion_ros.core',
        'emotion_ros.inference',
        'emotion_ros.view',
        'emotion_ros.tools',
    },
    'training': {'emotion_ros.core', 'emotion_ros.inference', 'training'},
}
CORE_MAY_USE = {*sys.stdlib_module_names, 'numpy', 'emotion_ros'}

# Imports every module of core and inference while these cannot be found.
WITHOUT_ROS = """
import importlib, pkgutil, sys
class Absent:
    names = ('rclpy', 'emotion_ros.msg', 'torch', 'torchvision', 'transformers')
    def find_spec(self, name, path=None, target=None):
        if name in self.names:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
for layer in ('emotion_ros.core', 'emotion_ros.inference'):
    package = importlib.import_module(layer)
    for module in pkgutil.walk_packages(package.__path__, layer + '.'):
        importlib.import_module(module.name)
        print(module.name)
"""


def imports_at_top(path: Path) -> list[str]:
    """Return the modules that a file imports when it is imported, with their full names."""
    names = []
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f'{node.module}.{alias.name}' for alias in node.names]
    return names


def layer_of(module: str) -> str:
    """Return the part of our code that a module belongs to: two words, or one outside."""
    words = module.split('.')
    return '.'.join(words[:2]) if words[0] == 'emotion_ros' else words[0]


@pytest.mark.parametrize('layer', ALLOWED)
def test_a_layer_imports_only_those_below_it(layer: str) -> None:
    wrong = [
        f'{path.relative_to(ROOT)}: {module}'
        for path in sorted((ROOT / layer).rglob('*.py'))
        for module in imports_at_top(path)
        if module.split('.')[0] in OURS and layer_of(module) not in ALLOWED[layer]
    ]
    assert not wrong


def test_core_needs_only_the_standard_library_and_numpy() -> None:
    wrong = [
        f'{path.name}: {module}'
        for path in sorted((ROOT / 'emotion_ros/core').rglob('*.py'))
        for module in imports_at_top(path)
        if module.split('.')[0] not in CORE_MAY_USE
    ]
    assert not wrong


def test_core_and_inference_work_without_ros_and_torch() -> None:
    done = subprocess.run(
        [sys.executable, '-c', WITHOUT_ROS], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    imported = done.stdout.split()
    assert {'emotion_ros.core.emotions', 'emotion_ros.inference.model_card'} <= set(imported)
