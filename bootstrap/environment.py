# SPDX-License-Identifier: MIT
"""The virtual environment: made once, filled from the pinned requirement files."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from machine import SetupError, python_version
from stamps import Stamps, digest

# A sourced ROS or colcon workspace must not leak into ours.
FOREIGN = (
    'AMENT_PREFIX_PATH',
    'CMAKE_PREFIX_PATH',
    'COLCON_PREFIX_PATH',
    'LD_LIBRARY_PATH',
    'PYTHONHOME',
    'PYTHONPATH',
    'RMW_IMPLEMENTATION',
    'ROS_DISTRO',
    '_ROS_WHEELS_BOOTSTRAP_COMPLETE',
)
# The files whose versions hold whichever file is being installed.
PINNED = ('build', 'runtime', 'dev', 'docs', 'training', 'constraints')
NO_NETWORK = re.compile(
    r'NewConnectionError|connection broken by|Failed to establish|Name or service not known'
    r'|Temporary failure in name resolution|Network is unreachable|ConnectTimeout|ProxyError'
)
NUMPY_HEADERS = re.compile(r'/opt/python/[^;"\s]*/numpy/(_core|core)/include')
PYTHON_HEADERS = re.compile(r'/opt/python/[^;"\s]*/include/python3\.\d+')
ASK_HEADERS = (
    "import sysconfig, numpy; print(sysconfig.get_paths()['include']); print(numpy.get_include())"
)


class Environment:
    """A virtual environment at ``path`` in which requirement files get installed."""

    def __init__(self, path: Path, requirements: Path) -> None:
        self.path = path
        self.python = path / 'bin' / 'python'
        self.requirements = requirements
        self.stamps = Stamps(path / 'setup.json')
        self._log = path / 'setup.log'

    def is_made(self) -> bool:
        """Whether the environment was made to the end and its Python is still there."""
        return self.python.exists() and 'python' in self.stamps

    def create(self, python: str) -> None:
        """Make the environment once; SetupError if it was made with another Python version."""
        version = python_version(python)
        if self.is_made() and not self.stamps.is_current('python', version):
            raise SetupError(f'{self.path} has another Python than {version} (make distclean)')
        if not self.is_made():
            print(f'making {self.path.name} with {python}', flush=True)
            self._run([python, '-m', 'venv', str(self.path)])
            self.stamps.record('python', version)

    def install(self, name: str) -> None:
        """Install ``requirements/<name>.txt`` unless this very content is installed."""
        file = self.requirements / f'{name}.txt'
        inputs = digest([file.read_bytes(), (self.requirements / 'constraints.txt').read_bytes()])
        if self.stamps.is_current(name, inputs):
            return
        print(f'installing requirements/{name}.txt', flush=True)
        pins = [str(self.requirements / f'{pinned}.txt') for pinned in PINNED]
        constraints = [word for pin in pins for word in ('-c', pin)]
        options = ['--no-deps'] if name == 'no-deps' else constraints
        pip = [str(self.python), '-m', 'pip', 'install', '--disable-pip-version-check']
        self._run([*pip, *options, '-r', str(file)])
        self.stamps.record(name, inputs)

    def correct_header_paths(self, wheels: str) -> None:
        """Point the CMake files of ``requirements/<wheels>.txt`` at the headers of this machine.

        They name those of the machine that built the wheels, which are under /opt/python.
        """
        inputs = digest([(self.requirements / f'{wheels}.txt').read_bytes()])
        if self.stamps.is_current('headers', inputs):
            return
        answer = self._run([str(self.python), '-c', ASK_HEADERS])
        python_headers, numpy_headers = answer.splitlines()
        for file in (self.path / 'share').rglob('*.cmake'):
            text = file.read_text()
            corrected = NUMPY_HEADERS.sub(lambda _: numpy_headers, text)
            corrected = PYTHON_HEADERS.sub(lambda _: python_headers, corrected)
            if corrected != text:
                file.write_text(corrected)
        self.stamps.record('headers', inputs)

    def variables(self) -> dict[str, str]:
        """Return the process environment with this virtual environment switched on."""
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        kept['VIRTUAL_ENV'] = str(self.path)
        kept['PATH'] = f'{self.path}/bin{os.pathsep}{os.environ["PATH"]}'
        return kept

    def _run(self, command: list[str]) -> str:
        """Return what a command printed, kept in setup.log too; a failure becomes one line."""
        done = subprocess.run(
            command,
            env=self.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if self.path.is_dir():
            self._log.write_text(done.stdout)
        if done.returncode:
            raise SetupError(self._reason(command, done.stdout))
        return done.stdout

    def _reason(self, command: list[str], output: str) -> str:
        if NO_NETWORK.search(output):
            return f'no network: pip cannot reach its package index (details: {self._log})'
        errors = [line for line in output.splitlines() if line.startswith(('ERROR', 'Error'))]
        words = errors[0] if errors else f'{" ".join(command[:4])} failed'
        return f'{words} (details: {self._log})'
