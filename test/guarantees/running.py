# SPDX-License-Identifier: MIT
"""The pipeline as a process, watched from outside."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from emotion_ros.msg import EmotionState
from emotion_ros.sandbox.processes import Program, Programs
from graph import Graph

START_S = 60.0
FAKES = [str(Path(__file__).parent), str(Path(__file__).parents[1] / 'ros')]


class Running:
    """A program of ours that has begun to speak."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process = psutil.Process(program.process.pid)

    def is_alive(self) -> bool:
        """Return whether it still runs."""
        return self.program.process.poll() is None

    def rss_mb(self) -> float:
        """Return its memory in RAM, in 10^6 bytes."""
        return float(self.process.memory_info().rss / 1e6)

    def cpu_s(self) -> float:
        """Return the processor time that it has used, in s."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def pipeline(graph: Graph, *arguments: str) -> Iterator[Running]:
    """Start ``emotion_pipeline`` and wait for its first state."""
    states = graph.listen(EmotionState, 'emotion_state')
    with Programs({}) as programs:
        program = programs.start('emotion_pipeline', 'emotion_ros.nodes.pipeline', arguments)
        graph.until(lambda: states or programs.failed_process(), 'the first state', START_S)
        assert not programs.failed_process()
        yield Running(program)
        assert not programs.failed_process()


def with_fakes() -> dict[str, str]:
    """Return the environment in which a program of the tests finds the fakes."""
    inherited = os.environ.get('PYTHONPATH', '')
    return {'PYTHONPATH': os.pathsep.join([*FAKES, inherited])}
