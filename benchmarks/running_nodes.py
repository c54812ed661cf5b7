# SPDX-License-Identifier: MIT
"""The nodes as separate processes, driven and measured from outside over real DDS."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from time import monotonic

import psutil

from benchmarks.figure import NotMeasured
from benchmarks.probe_node import ProbeNode, temporary_node
from benchmarks.scenarios import Scenario
from emotion_ros.demo.runner import SEPARATE, TOGETHER
from emotion_ros.sandbox.domain import isolated
from emotion_ros.sandbox.processes import Programs

TIMEOUT_S = 30.0
POLL_S = 0.05
# Tests set this to 1; on a robot the fields of messages are not checked.
ENVIRONMENT = {'ROS_PYTHON_CHECK_FIELDS': '0'}


class RunningNodes:
    """The processes of the nodes, and the probe that exchanges messages with them."""

    def __init__(
        self, probe: ProbeNode, programs: Programs, processes: Sequence[psutil.Process]
    ) -> None:
        self.probe = probe
        self._programs = programs
        self._processes = processes

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        """Run callbacks until the condition holds; NotMeasured after TIMEOUT_S or a crash."""
        deadline_s = monotonic() + TIMEOUT_S
        while not condition():
            if failed := self._programs.failed_process():
                raise NotMeasured(failed)
            if monotonic() > deadline_s:
                raise NotMeasured(f'{what} did not come within {TIMEOUT_S:g} s')
            self.probe.spin_once(POLL_S)

    def wait_for_start_s(self) -> float:
        """Return the time from now, just after the start, to the first ``emotion_state``."""
        began_s = monotonic()
        self.wait_for(lambda: self.probe.states, 'emotion_state')
        return monotonic() - began_s

    def wait_for_connection(self) -> None:
        """Return when the nodes have subscribed image and speech."""
        self.wait_for(self.probe.is_connected, 'a subscriber of image and speech')

    def stop_s(self) -> float:
        """Send SIGINT to all processes; return the time until the last one has ended."""
        began_s = monotonic()
        self._programs.stop()
        return monotonic() - began_s

    def cpu_percent(self, seconds: float) -> float:
        """Run callbacks for this long; return the CPU use of the nodes, 100 is one core."""
        before_s, began_s = self._cpu_s(), monotonic()
        self.probe.spin_for(seconds)
        return 100.0 * (self._cpu_s() - before_s) / (monotonic() - began_s)

    def rss_mb(self) -> float:
        """Return the resident memory of all processes in 10^6 bytes."""
        return sum(process.memory_info().rss for process in self._processes) / 1e6

    def _cpu_s(self) -> float:
        times = [process.cpu_times() for process in self._processes]
        return float(sum(time.user + time.system for time in times))


@contextmanager
def start_nodes(
    scenario: Scenario, arguments: Sequence[str] = (), package: str = 'emotion_ros.nodes'
) -> Iterator[RunningNodes]:
    """Start the nodes of a scenario, in one process or three; the probe subscribes first."""
    transport = ['--ros-args', '-p', f'vision_node:image_transport:={scenario.transport}']
    with (
        temporary_node(partial(ProbeNode, scenario.frames())) as probe,
        _without_dds_profile(),
        Programs(ENVIRONMENT) as programs,
    ):
        voice = ['--voice'] if scenario.has_voice else []
        started = [
            programs.start(name, f'{package}.{name}', [*voice, *transport, *arguments])
            for name in (SEPARATE if scenario.is_separate else TOGETHER)
        ]
        yield RunningNodes(probe, programs, [psutil.Process(p.process.pid) for p in started])


@contextmanager
def _without_dds_profile() -> Iterator[None]:
    """Start the nodes as on a robot: config/fastdds.xml is only for the camera's process."""
    names = [name for name in isolated(0) if name.endswith('PROFILES_FILE')]
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
