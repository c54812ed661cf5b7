# SPDX-License-Identifier: MIT
"""Another package in a separate virtual environment, run through a script."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figure import NotMeasured
from emotion_ros.errors import MissingDependency

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ASK_TIMEOUT_S = 300.0
LAST_LINES = 3
# Quiet, on as many threads as ours; nothing of our own environment may be found.
ENVIRONMENT = {'TF_CPP_MIN_LOG_LEVEL': '3', 'OMP_NUM_THREADS': '2', 'PYTHONPATH': ''}


@dataclass(frozen=True)
class Package:
    """``name`` is also that of its requirements; ``script`` is in the folder ``scripts``."""

    name: str
    script: str
    folder: Path = ROOT
    scripts: Path = HERE
    timeout_s: float = ASK_TIMEOUT_S

    @property
    def venv(self) -> Path:
        """Where the virtual environment is or would be."""
        return self.folder / f'.venv-peer-{self.name}'

    @property
    def python(self) -> Path:
        """The Python in there."""
        return self.venv / 'bin' / 'python'

    def install(self) -> None:
        """Make the virtual environment, from pinned wheels; MissingDependency if it fails."""
        pins = HERE / 'requirements' / f'{self.name}.txt'
        self._run([sys.executable, '-m', 'venv', str(self.venv)])
        pip = [str(self.python), '-m', 'pip', 'install', '--quiet', '--no-deps', '-r', str(pins)]
        self._run([*pip, '--disable-pip-version-check'])

    def ask(self, question: Path) -> Mapping[str, Any]:
        """Return the answer of the package's script; NotMeasured when it is not there or fails."""
        if not self.python.exists():
            raise NotMeasured(
                f'{self.name}: not installed: python -m studies.other_packages installs it'
            )
        command = [str(self.python), str(self.scripts / self.script), str(question)]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=self.timeout_s,
                env={**os.environ, **ENVIRONMENT},
            )
        except subprocess.TimeoutExpired as error:
            raise NotMeasured(f'{self.name}: no answer within {self.timeout_s:g} s') from error
        if done.returncode:
            raise NotMeasured(f'{self.name}: {last_lines(done.stderr)}')
        return parse_answer(self.name, done.stdout)

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise MissingDependency(f'{self.name}: cannot be installed: {last_lines(done.stderr)}')


def parse_answer(name: str, printed: str) -> Mapping[str, Any]:
    """Return the JSON object in the last line; packages like to print before it."""
    lines = printed.strip().splitlines()
    try:
        answer = json.loads(lines[-1] if lines else '')
    except ValueError as error:
        raise NotMeasured(f'{name}: printed no answer: {printed[-80:]!r}') from error
    if not isinstance(answer, dict):
        raise NotMeasured(f'{name}: printed no answer: {printed[-80:]!r}')
    return answer


def last_lines(text: str) -> str:
    """Return the end of an error output, in one line."""
    return ' '.join(text.split('\n')[-LAST_LINES - 1 :]).strip()
