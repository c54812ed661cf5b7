# SPDX-License-Identifier: MIT
"""What the machine must offer before anything is installed: Python, its headers, a compiler."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

SUPPORTED = ('3.12', '3.11', '3.13', '3.10')
CANDIDATES = ('python3', *(f'python{version}' for version in SUPPORTED))
NO_PYTHON = (
    'no Python 3.10-3.13 here (apt-get install python3 python3-venv python3-dev, '
    'or name one: make PYTHON=/path/to/python3.12)'
)
PROBE = """
import sys, sysconfig, importlib.util as find
print('%d.%d' % sys.version_info[:2])
print(sysconfig.get_paths()['include'])
print(all(find.find_spec(name) for name in ('venv', 'ensurepip')))
"""


class SetupError(Exception):
    """Set-up cannot go on; the message is the one line that a person needs."""


def find_python(wanted: str | None) -> str:
    """Return the Python to build with: ``wanted``, or the first suitable one on PATH.

    If there is none, SetupError names what the most suitable one lacks.
    """
    if wanted:
        return check_python(wanted)
    errors = []
    for path in filter(None, map(shutil.which, CANDIDATES)):
        try:
            return check_python(path)
        except SetupError as error:
            errors.append(error)
    lacking = [error for error in errors if 'apt-get' in str(error)]
    raise (lacking or [SetupError(NO_PYTHON)])[0]


def check_python(python: str) -> str:
    """Return ``python`` if it suits the project, else raise SetupError naming what is missing."""
    version, include, has_venv = _probe(python)
    if version not in SUPPORTED:
        raise SetupError(f'{python} is Python {version}; needed is one of 3.10-3.13 (PYTHON=...)')
    if has_venv != 'True':
        raise SetupError(f'{python} has no venv (apt-get install python3-venv)')
    if not Path(include, 'Python.h').is_file():
        raise SetupError(f'{python} has no headers in {include} (apt-get install python3-dev)')
    return python


def python_version(python: str) -> str:
    """Return the version of a Python in two numbers: 3.12."""
    return _probe(python)[0]


def check_compiler() -> None:
    """Raise SetupError unless g++ and make are on PATH."""
    for tool in ('g++', 'make'):
        if not shutil.which(tool):
            raise SetupError(f'{tool} is missing (apt-get install g++ make)')


def _probe(python: str) -> list[str]:
    """Return version, include folder and whether venv is there, as words."""
    command = [python, '-c', PROBE]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        reason = str(error).splitlines()[-1]
        raise SetupError(f'{python} does not run as a Python: {reason}') from error
    return answer.stdout.splitlines()
