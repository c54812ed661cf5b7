# SPDX-License-Identifier: MIT
"""Set-up on machines that lack something: one clear line, nothing half done."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout that holds only what set-up reads, and an empty ``bin`` for programs."""
    for folder in ('bootstrap', 'requirements'):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / 'bin').mkdir()
    return tmp_path


def program(checkout: Path, name: str, *words: str) -> Path:
    """Put a program on PATH that prints these words, one a line."""
    path = checkout / 'bin' / name
    path.write_text('#!/bin/sh\n' + ''.join(f'echo "{word}"\n' for word in words))
    path.chmod(0o755)
    return path


def set_up(checkout: Path, **variables: str) -> str:
    """Return the one line with which set-up fails."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(('PIP_', 'PYTHON'))}
    done = subprocess.run(
        [sys.executable, 'bootstrap', 'demo'],
        cwd=checkout,
        env={**kept, 'PATH': f'{checkout}/bin', **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    [line] = done.stderr.splitlines()
    return line


def test_no_compiler(checkout: Path) -> None:
    assert 'g++ is missing (apt-get install' in set_up(checkout)


@pytest.mark.parametrize(
    ('version', 'headers', 'has_venv', 'complaint'),
    [
        ('3.9', '/', 'True', 'needed is one of 3.10-3.13'),
        ('3.14', '/', 'True', 'needed is one of 3.10-3.13'),
        ('3.12', '/', 'False', 'no venv (apt-get install python3-venv)'),
        ('3.12', '/nowhere', 'True', 'no headers in /nowhere (apt-get install python3-dev)'),
    ],
)
def test_a_python_that_cannot_carry_us(
    checkout: Path, version: str, headers: str, has_venv: str, complaint: str
) -> None:
    for tool in ('g++', 'make'):
        program(checkout, tool)
    python = program(checkout, 'python', version, headers, has_venv)
    assert complaint in set_up(checkout, PYTHON=str(python))


@pytest.mark.parametrize(
    ('pythons', 'complaint'),
    [
        ({}, 'no Python 3.10-3.13 here'),
        ({'python3': '3.14'}, 'no Python 3.10-3.13 here'),
        ({'python3': '3.14', 'python3.12': '3.12'}, 'python3.12 has no headers'),
    ],
)
def test_the_python_on_path(checkout: Path, pythons: dict[str, str], complaint: str) -> None:
    for tool in ('g++', 'make'):
        program(checkout, tool)
    for name, version in pythons.items():
        program(checkout, name, version, '/nowhere', 'True')
    assert complaint in set_up(checkout)


def test_no_network(checkout: Path) -> None:
    """The discard port of this machine stands for an index that cannot be reached."""
    for tool in ('g++', 'make'):
        program(checkout, tool)
    unreachable = {'PIP_INDEX_URL': 'http://127.0.0.1:9/', 'PIP_RETRIES': '1'}
    line = set_up(checkout, PYTHON=sys.executable, PIP_CONFIG_FILE=os.devnull, **unreachable)
    assert line.startswith('setup: no network')


def test_links_to_files_that_moved_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / 'bootstrap'))
    from workspace import Workspace

    room = tmp_path / 'install' / 'package' / 'old_room'
    room.mkdir(parents=True)
    (room / 'gone.py').symlink_to(tmp_path / 'gone.py')
    kept = tmp_path / 'install' / 'package' / 'kept.py'
    kept.symlink_to(Path(__file__))
    Workspace(tmp_path, '').remove_dead_links()
    assert [path for path in (tmp_path / 'install').rglob('*') if path.is_symlink()] == [kept]
    assert not room.exists()


@pytest.mark.skipif(not (ROOT / '.venv').is_dir(), reason='make setup was not run')
def test_the_middleware_of_a_robot_is_not_taken_over() -> None:
    """The wheels hold Fast DDS only: with another, rclpy ends the process."""
    command = '. bootstrap/env.bash; echo "<${RMW_IMPLEMENTATION-none}>"'
    done = subprocess.run(
        ['bash', '-c', command],
        cwd=ROOT,
        env=os.environ | {'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp'},
        capture_output=True,
        text=True,
    )
    assert '<none>' in done.stdout
