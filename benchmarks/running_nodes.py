# SPDX-License-Identifier: MIT
"""The nodes as separate processes, driven and measured from outside over real DDS."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import IO

import numpy as np
from numpy.typing import NDArray

from benchmarks.figure import NotMeasured
from benchmarks.robot import Robot, image_messages, temporary_nodes
from benchmarks.scenario import Scenario

TIMEOUT_S = 60.0
POLL_S = 0.05
TOGETHER = ('pipeline',)
SEPARATE = ('vision_node', 'sentiment_node', 'fusion_node')
PROGRAM = 'from emotion_ros.nodes.start import start; raise SystemExit(start("{package}.{name}"))'
"""What an installed program such as ``emotion_pipeline`` does."""
PARAMETERS = '/**/vision_node: {{ros__parameters: {{image_transport: {}}}}}\n'

Process = subprocess.Popen[bytes]


class RunningNodes:
    """The processes of the nodes, and the robots that exchange messages with them."""

    def __init__(self, robots: Sequence[Robot], output: IO[bytes]) -> None:
        self.robots, self._output = robots, output
        self.started_s = monotonic()
        self._processes: list[Process] = []

    @property
    def probe(self) -> Robot:
        """The first robot."""
        return self.robots[0]

    def start(self, module: str, arguments: Sequence[str]) -> None:
        """Start a node as on a robot; a Ctrl-C in the terminal does not reach it."""
        package, _, name = module.rpartition('.')
        # config/fastdds.xml is only for the camera's process; only tests check the fields.
        environment = {k: v for k, v in os.environ.items() if not k.endswith('PROFILES_FILE')}
        process = subprocess.Popen(
            [sys.executable, '-c', PROGRAM.format(package=package, name=name), *arguments],
            env=environment | {'ROS_PYTHON_CHECK_FIELDS': '0'},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._processes.append(process)

    def wait_for(self, condition: Callable[[Robot], object], what: str) -> None:
        """Run callbacks until the condition holds for every robot.

        NotMeasured after TIMEOUT_S, or when a process has ended.
        """
        deadline_s = monotonic() + TIMEOUT_S

        def wait(robot: Robot) -> None:
            while not condition(robot):
                self._require_running()
                if monotonic() > deadline_s:
                    raise NotMeasured(f'{what} did not come within {TIMEOUT_S:g} s')
                robot.spin_once(POLL_S)

        self._each(wait)

    def wait_for_start_s(self) -> float:
        """Return the time from the start to the first ``emotion_state`` of every robot."""
        self.wait_for(lambda robot: robot.states, 'emotion_state')
        return monotonic() - self.started_s

    def wait_for_connection(self) -> None:
        """Return when the nodes have subscribed image and speech."""
        self.wait_for(Robot.is_connected, 'a subscriber of image and speech')

    def spin_for(self, seconds: float) -> None:
        """Run callbacks for this long."""
        self._each(lambda robot: robot.spin_for(seconds))

    def cpu_percent(self, seconds: float) -> float:
        """Run callbacks for this long; return the CPU use of the nodes, 100 is one core."""
        before_s, began_s = self._cpu_s(), monotonic()
        self.spin_for(seconds)
        return 100.0 * (self._cpu_s() - before_s) / (monotonic() - began_s)

    def rss_mb(self) -> float:
        """Return the resident memory of all processes in 10^6 bytes."""
        pages = (int(self._proc(p, 'statm').split()[1]) for p in self._processes)
        return sum(pages) * os.sysconf('SC_PAGE_SIZE') / 1e6

    def stop_s(self) -> float:
        """Send SIGINT to all processes; return the time until the last one has ended."""
        began_s = monotonic()
        for process in self._processes:
            process.send_signal(signal.SIGINT)
        for process in self._processes:
            try:
                process.wait(TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
        return monotonic() - began_s

    def _each(self, action: Callable[[Robot], None]) -> None:
        with ThreadPoolExecutor(len(self.robots)) as threads:
            list(threads.map(action, self.robots))

    def _require_running(self) -> None:
        for process in self._processes:
            if (code := process.poll()) is not None:
                self._output.seek(0)
                tail = self._output.read().decode(errors='replace').splitlines()[-3:]
                raise NotMeasured('\n'.join((f'a node ended with code {code}', *tail)))

    def _cpu_s(self) -> float:
        """Return the processor time of the processes so far (proc(5): utime and stime)."""
        stats = (self._proc(p, 'stat').rpartition(')')[2].split() for p in self._processes)
        return sum(int(s[11]) + int(s[12]) for s in stats) / os.sysconf('SC_CLK_TCK')

    @staticmethod
    def _proc(process: Process, name: str) -> str:
        return Path(f'/proc/{process.pid}/{name}').read_text()


@contextmanager
def start_nodes(
    scenario: Scenario,
    frames: Sequence[NDArray[np.uint8]],
    arguments: Sequence[str] = (),
    package: str = 'emotion_ros.nodes',
) -> Iterator[RunningNodes]:
    """Start the nodes of a scenario, in one process or three; the robots subscribe first."""
    images = image_messages(scenario, frames)
    several = scenario.robots > 1
    names = [f'/robot_{n}' if several else '' for n in range(scenario.robots)]
    voice = ['--voice'] if scenario.has_voice else []
    with (
        tempfile.NamedTemporaryFile('w', suffix='.yaml') as params,
        tempfile.TemporaryFile() as output,
        temporary_nodes(
            *(partial(Robot, images, scenario.has_recogniser, namespace=name) for name in names)
        ) as robots,
    ):
        # A parameter on the command line would not reach a node in a namespace.
        params.write(PARAMETERS.format(scenario.transport))
        params.flush()
        nodes = RunningNodes(robots, output)
        try:
            for name in names:
                ros = ['--ros-args', '--params-file', params.name, *arguments]
                ros += ['-r', f'__ns:={name}'] if several else []
                for module in SEPARATE if scenario.is_separate else TOGETHER:
                    nodes.start(f'{package}.{module}', [*voice, *ros])
            yield nodes
        finally:
            nodes.stop_s()
