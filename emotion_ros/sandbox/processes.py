# SPDX-License-Identifier: MIT
"""Programs started, watched and stopped as processes of their own."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

LAST_WORDS = 3


@dataclass(frozen=True)
class Program:
    """A running module; what it prints goes to a file, so that it cannot disturb the screen."""

    name: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]

    def printed(self) -> str:
        """Return all that it has printed so far."""
        file = self.output.fileno()
        # Not seek and read: the program writes at the same offset, which would move.
        return os.pread(file, os.fstat(file).st_size, 0).decode(errors='replace')

    def last_words(self) -> str:
        """Return the last lines that it printed."""
        return '\n'.join(self.printed().splitlines()[-LAST_WORDS:])

    def stop(self, timeout_s: float) -> None:
        """Wait for the end of a program that was interrupted; kill it after the timeout."""
        try:
            self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()


class Programs:
    """Python modules run as processes; leaving the block stops them all, cleanly if they can."""

    def __init__(self, environment: Mapping[str, str], stop_timeout_s: float = 5.0) -> None:
        self._environment = {**os.environ, **environment}
        self._stop_timeout_s = stop_timeout_s
        self._programs: list[Program] = []

    def start(self, name: str, module: str, arguments: Sequence[str] = ()) -> Program:
        """Start ``python -m module arguments``; a Ctrl-C in the terminal does not reach it."""
        output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by Program.stop
        process = subprocess.Popen(
            [sys.executable, '-m', module, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        program = Program(name, process, output)
        self._programs.append(program)
        return program

    def casualty(self) -> str:
        """Return which program has ended, how, and its last words; '' while all run."""
        for program in self._programs:
            code = program.process.poll()
            if code is not None:
                return f'{program.name} ended with code {code}\n{program.last_words()}'.strip()
        return ''

    def stop(self) -> None:
        """Interrupt all, then wait for each."""
        for program in self._programs:
            if program.process.poll() is None:
                program.process.send_signal(signal.SIGINT)
        for program in self._programs:
            program.stop(self._stop_timeout_s)
        self._programs.clear()

    def __enter__(self) -> 'Programs':
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
