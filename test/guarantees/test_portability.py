# SPDX-License-Identifier: MIT
"""K. Portability: the source is read by every Python and ROS that it is meant for."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rclpy.node import Node

from source_rules import ROOT, attributes, rclpy_names, sources, too_new_for_humble

HUMBLE = yaml.safe_load(Path(__file__).with_name('humble_rclpy.yaml').read_text())
# Of Humble, Jazzy and Lyrical.
PYTHONS = ('3.10', '3.12', '3.14')
PARSE = 'import ast, sys\nfor path in sys.argv[1:]: ast.parse(open(path, "rb").read(), path)'


def all_files() -> list[Path]:
    return [*sources(), *(ROOT / 'test').rglob('*.py')]


@pytest.mark.parametrize('version', PYTHONS)
def test_promise_70_the_source_parses_as(version):
    """Red when a file has a type parameter, ``def f[T]()`` (3.12)."""
    version = version.replace('.', '')
    command = [sys.executable, '-m', 'ruff', 'check', '--isolated', '--no-cache', '--quiet']
    command += ['--target-version', f'py{version}', '--select', 'PLE0116']
    done = subprocess.run([*command, *map(str, all_files())], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, '')


def test_promise_70_the_oldest_grammar_is_enough():
    """Red when a file has ``except*`` (3.11)."""
    for path in all_files():
        ast.parse(path.read_text(), path, feature_version=(3, 10))


@pytest.mark.parametrize('version', PYTHONS)
def test_promise_70_a_real_python_parses_it(version):
    """Red when a file has a nested quote in an f-string (3.12)."""
    python = find_python(version)
    if not python:
        pytest.skip(f'no Python {version} here')
    done = subprocess.run(
        [python, '-I', '-W', 'error', '-c', PARSE, *map(str, all_files())],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def find_python(version: str) -> str:
    """Return the path of a Python that starts, or nothing."""
    own = sorted(Path.home().glob(f'.pyenv/versions/{version}.*/bin/python'))
    for python in (*map(str, own), shutil.which(f'python{version}')):
        if python and not subprocess.run([python, '-c', ''], capture_output=True).returncode:
            return python
    return ''


@pytest.mark.parametrize(
    ('source', 'found'),
    [
        ('', []),
        ('from rclpy.utilities import try_shutdown', []),
        ('rclpy.init()', []),
        ('import rclpy.experimental', ['rclpy.experimental']),
        ('from rclpy.experimental import EventsExecutor', ['rclpy.experimental']),
        ('from rclpy import experimental', ['rclpy.experimental']),
        ('from rclpy.event_handler import X', ['rclpy.event_handler']),
        ('rclpy.try_shutdown()', ['rclpy.try_shutdown']),
        ('from rclpy import try_shutdown', ['rclpy.try_shutdown']),
        ('self.add_post_set_parameters_callback(f)', ['add_post_set_parameters_callback']),
        ('self.create_timer(1.0, f, autostart=False)', ['autostart=']),
        ('with rclpy.init(args=args): pass', ['with rclpy.init']),
    ],
)
def test_promise_71_what_humble_lacks_would_be_found(source, found):
    """Red when a line of too_new_for_humble() in source_rules.py is taken out."""
    assert list(too_new_for_humble(ast.parse(source))) == found


def test_promise_71_nothing_is_used_that_humble_lacks():
    """Red when run() in nodes/executor.py calls rclpy.try_shutdown."""
    found = {str(f): list(too_new_for_humble(ast.parse(f.read_text()))) for f in sources()}
    assert {file: names for file, names in found.items() if names} == {}


def test_promise_71_every_name_of_rclpy_has_been_looked_up_in_humble():
    """Red when a node imports rclpy.wait_for_message."""
    trees = [ast.parse(path.read_text()) for path in sources()]
    assert set().union(*map(rclpy_names, trees)) == set(HUMBLE['names'])


def test_promise_71_every_part_of_a_node_has_been_looked_up_in_humble():
    """Red when a node calls self.wait_for_node()."""
    of_node = {name for name in dir(Node) if not name.startswith('_')}
    trees = [ast.parse(path.read_text()) for path in sources()]
    used = set().union(*(attributes(tree) for tree in trees if rclpy_names(tree)))
    assert used & of_node <= set(HUMBLE['node'])


def test_promise_72_the_programs_in_the_pages_exist():
    """Red when a page says ``ros2 run emotion_ros vision``."""
    pages = [ROOT / 'README.md', *(ROOT / 'docs').glob('*.md')]
    text = '\n'.join(page.read_text() for page in pages)
    run = set(re.findall(r'ros2 run emotion_ros ([\w-]+)', text))
    launched = set(re.findall(r'ros2 launch emotion_ros ([\w.-]+)', text))
    assert run
    assert run <= {path.name for path in (ROOT / 'scripts').iterdir()}
    assert launched
    assert launched <= {path.name for path in (ROOT / 'launch').iterdir()}
