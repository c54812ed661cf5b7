# SPDX-License-Identifier: MIT
"""The nodes as processes of their own, driven and measured from outside over real DDS."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from time import monotonic

import psutil

from benchmarks.camera import Camera
from benchmarks.figure import NotMeasured
from benchmarks.probe import Probe, temporary_node
from emotion_ros.demo.command import SEPARATE, TOGETHER
from emotion_ros.sandbox.domain import isolated
from emotion_ros.sandbox.processes import Programs

TIMEOUT_S = 30.0
POLL_S = 0.05
# Messages are checked field by field where tests run; on a robot they are not.
ENVIRONMENT = {'ROS_PYTHON_CHECK_FIELDS': '0'}


class Live:
    """The running nodes, and the probe that talks to them."""

    def __init__(
        self, probe: Probe, programs: Programs, processes: Sequence[psutil.Process]
    ) -> None:
        self.probe = probe
        self._programs = programs
        self._processes = processes

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Take in answers until the condition holds; NotMeasured when it cannot any more."""
        deadline_s = monotonic() + TIMEOUT_S
        while not condition():
            if casualty := self._programs.casualty():
                raise NotMeasured(casualty)
            if monotonic() > deadline_s:
                raise NotMeasured(f'{what} did not come within {TIMEOUT_S:g} s')
            self.probe.spin_once(POLL_S)

    def start_s(self) -> float:
        """Return how long nodes that have just been started take to their first message."""
        began_s = monotonic()
        self.until(lambda: self.probe.states, 'emotion_state')
        return monotonic() - began_s

    def stop_s(self) -> float:
        """Interrupt all processes; return how long the last one took to end."""
        began_s = monotonic()
        self._programs.stop()
        return monotonic() - began_s

    def cpu_percent(self, seconds: float) -> float:
        """Go on for this long; return how much of one core the nodes had, in percent."""
        before_s, began_s = self._cpu_s(), monotonic()
        self.probe.spin_for(seconds)
        return 100.0 * (self._cpu_s() - before_s) / (monotonic() - began_s)

    def rss_mb(self) -> float:
        """Return the memory of the processes that is in RAM, in 10^6 bytes."""
        return sum(process.memory_info().rss for process in self._processes) / 1e6

    def _cpu_s(self) -> float:
        times = [process.cpu_times() for process in self._processes]
        return float(sum(time.user + time.system for time in times))


@contextmanager
def running(
    camera: Camera, *, separate: bool = False, arguments: Sequence[str] = ()
) -> Iterator[Live]:
    """Start the nodes, in one process or three, with somebody already listening."""
    transport = ['--ros-args', '-p', f'vision_node:image_transport:={camera.transport}']
    with (
        temporary_node(partial(Probe, camera.frames())) as probe,
        without_profile(),
        Programs(ENVIRONMENT) as programs,
    ):
        started = [
            programs.start(name, f'emotion_ros.nodes.{name}', [*transport, *arguments])
            for name in (SEPARATE if separate else TOGETHER)
        ]
        yield Live(probe, programs, [psutil.Process(p.process.pid) for p in started])


@contextmanager
def without_profile() -> Iterator[None]:
    """Start nodes as they are on a robot: config/fastdds.xml is for the camera's process only."""
    names = [name for name in isolated(0) if name.endswith('PROFILES_FILE')]
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
