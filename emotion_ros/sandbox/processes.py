# SPDX-License-Identifier: MIT
"""Start, monitor and stop Python modules as processes."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

TAIL_LINES = 3


@dataclass(frozen=True)
class Program:
    """A running module; its output goes to a temporary file, not to the screen."""

    name: str
    process: subprocess.Popen[bytes]
    output: IO[bytes]

    def printed(self) -> str:
        """Return all output so far."""
        file = self.output.fileno()
        # Not seek and read: the program writes at the same offset, which would move.
        return os.pread(file, os.fstat(file).st_size, 0).decode(errors='replace')

    def output_tail(self) -> str:
        """Return the last lines of the output."""
        return '\n'.join(self.printed().splitlines()[-TAIL_LINES:])

    def stop(self, timeout_s: float) -> None:
        """Wait for a program that was interrupted to end; kill it after the timeout."""
        try:
            self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()


class Programs:
    """Python modules run as processes; leaving the block interrupts them, then kills."""

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

    def failed_process(self) -> str:
        """Return which program has ended, its exit code and last output; '' while all run."""
        for program in self._programs:
            code = program.process.poll()
            if code is not None:
                return f'{program.name} ended with code {code}\n{program.output_tail()}'.strip()
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
