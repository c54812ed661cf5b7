# SPDX-License-Identifier: MIT
"""Looks at source code without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ('emotion_ros', 'training', 'examples', 'launch', 'benchmarks', 'bootstrap', 'docs')
PICKLES = {'pickle', 'cPickle', 'dill', 'cloudpickle', 'joblib', 'shelve', 'marshal'}
RUNNERS = {'eval', 'exec', '__import__'}
# What loads code along with data, or starts a shell.
LOADERS = {
    'torch.load',
    'torch.jit.load',
    'torch.hub.load',
    'yaml.load',
    'yaml.unsafe_load',
    'np.loads',
    'pd.read_pickle',
    'os.system',
    'os.popen',
}
SWITCHES = {'shell', 'allow_pickle', 'trust_remote_code'}
NOT_IN_HUMBLE = (
    'rclpy.experimental',
    'rclpy.event_handler',
    'rclpy.try_shutdown',
    'add_post_set_parameters_callback',
)


def sources() -> list[Path]:
    """Return every Python file that is no test, scripts included."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob('*.py')]
    scripts = [path for path in (ROOT / 'scripts').iterdir() if path.is_file()]
    return [*files, *scripts, ROOT / 'setup.py']


def dangers(tree: ast.AST) -> Iterator[str]:
    """Yield what can run code that came with data: pickles, eval, exec, a shell."""
    for node in ast.walk(tree):
        yield from (name for name in imported(node) if name.split('.')[0] in PICKLES)
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.removeprefix('builtins.') in RUNNERS or called in LOADERS:
                yield called
            for keyword in node.keywords:
                value = ast.unparse(keyword.value)
                if keyword.arg == 'weights_only' and value != 'True':
                    yield f'weights_only={value}'
                elif keyword.arg in SWITCHES and value != 'False':
                    yield f'{keyword.arg}={value}'


def too_new_for_humble(tree: ast.AST) -> Iterator[str]:
    """Yield what rclpy got after Humble, of what people use most."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Name)):
            names = [ast.unparse(node)]
        else:
            names = imported(node)
        for name in names:
            yield from (new for new in NOT_IN_HUMBLE if new in name)
        if isinstance(node, ast.keyword) and node.arg == 'autostart':
            yield 'autostart='
        if isinstance(node, ast.withitem) and ast.unparse(node.context_expr).startswith(
            'rclpy.init('
        ):
            yield 'with rclpy.init'


def imported(node: ast.AST) -> list[str]:
    """Return the full names that an import statement brings."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f'{node.module}.{alias.name}' for alias in node.names]
    return []


def rclpy_names(tree: ast.AST) -> set[str]:
    """Return the full names of rclpy that are imported, or used as ``rclpy.name``.

    Without those that every module has, such as ``__file__``.
    """
    names = {name for node in ast.walk(tree) for name in imported(node)}
    names |= {
        f'rclpy.{node.attr}'
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == 'rclpy'
    }
    return {name for name in names if name.startswith('rclpy.') and '.__' not in name}


def attributes(tree: ast.AST) -> set[str]:
    """Return every word that stands after a dot."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
