# SPDX-License-Identifier: MIT
"""Make this checkout ready to run: ``python3 bootstrap demo`` (or ``test``), again and again.

Checks the machine, makes the virtual environment, installs the pinned requirements, corrects
the header paths of the ROS wheels and builds the messages. A step whose inputs have not changed
is not repeated.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from environment import Environment
from machine import SetupError, check_compiler, find_python
from workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
DEMO = ('build', 'runtime', 'no-deps')
PURPOSES = {'demo': DEMO, 'test': (*DEMO, 'dev', 'docs', 'training'), 'fuzz': (*DEMO, 'fuzz')}


def prepare(purpose: str, ros: str, python: str | None) -> None:
    """Bring virtual environment and build up to date for a purpose; raise SetupError if not."""
    suffix = '' if ros == 'jazzy' else f'-{ros}'
    environment = Environment(ROOT / f'.venv{suffix}', ROOT / 'requirements')
    check_compiler()
    if python or not environment.is_made():
        environment.create(find_python(python))
    for name in (f'ros-{ros}', *PURPOSES[purpose]):
        environment.install(name)
    environment.correct_header_paths(f'ros-{ros}')
    Workspace(ROOT, suffix).colcon_build(environment)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog='bootstrap', description=__doc__)
    parser.add_argument('purpose', choices=PURPOSES)
    parser.add_argument('--ros', choices=('jazzy', 'kilted'), default='jazzy')
    arguments = parser.parse_args()
    try:
        prepare(arguments.purpose, arguments.ros, os.environ.get('PYTHON'))
    except SetupError as error:
        print(f'setup: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
