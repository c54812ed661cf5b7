# SPDX-License-Identifier: MIT
"""The life of a process: make the nodes, spin them, stop cleanly."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any

import rclpy
from rclpy.executors import Executor, ExternalShutdownException, SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import get_default_context, try_shutdown

from emotion_ros.errors import ConfigError, EmotionRosError, import_problem, ros_problem
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executors.topic_executor import TopicExecutor
from emotion_ros.nodes.start import EXIT_BAD_CONFIG
from emotion_ros.runtime.discovery import discover_everything
from emotion_ros.runtime.memory import trim_heap
from emotion_ros.runtime.parameter_files import file_problem, unused_blocks
from emotion_ros.runtime.worker import busy_threads, report_exceptions

SPIN_TIMEOUT_S = 0.2
TRIM_PERIOD_S = 5.0
NEWEST_RCLPY = 9  # of Kilted: the newest whose insides TopicExecutor was tried with
EXIT_OK = 0
NEW_NAMES = ('__node:=', '__name:=')


def run(
    factories: Sequence[Callable[[], EmotionNode[Any]]], args: Sequence[str] | None = None
) -> int:
    """Run nodes in one process until it is asked to stop; return the exit code.

    Wrong parameters or a bad model end it with one line on stderr and EXIT_BAD_CONFIG.
    """
    nodes: list[EmotionNode[Any]] = []
    given = sys.argv if args is None else args
    busy_before = busy_threads()
    stop = StopRequest()
    discover_everything()
    try:
        _refuse_one_name(given, len(factories))
        # Not rclpy's handlers: they would end the context under a worker that is publishing.
        rclpy.init(
            args=None if args is None else list(args),
            signal_handler_options=SignalHandlerOptions.NO,
        )
        _on_stop_signals(stop.on_signal)
        for factory in factories:
            nodes.append(factory())
        names = [node.get_fully_qualified_name() for node in nodes]
        for unused in unused_blocks(given, names):
            nodes[0].get_logger().warning(unused)
        stop.is_loading = False
        gc.freeze()  # what is there now stays: no need to look through it again and again
        gc.enable()  # start.py has disabled it
        spin(nodes, stop)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    # RuntimeError, by rclpy: a bad argument or params file
    except (EmotionRosError, RuntimeError, ImportError) as error:
        if not stop.is_requested:
            sys.stderr.write(f'emotion_ros: {_one_line(error, given)}\n')
            return EXIT_BAD_CONFIG
    finally:
        _on_stop_signals(signal.SIG_IGN)  # a second one changes nothing now
        gc.unfreeze()  # what holds shared memory is found at the end, too
        for node in nodes:
            node.destroy_node()
        try_shutdown()
    if busy_threads() - busy_before:
        # A worker that returns from a model while the interpreter ends would abort the process.
        nodes.clear()
        gc.collect()
        get_default_context().destroy()  # and its shared memory
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(EXIT_OK)
    return EXIT_OK


def _one_line(error: Exception, arguments: Sequence[str]) -> str:
    if isinstance(error, ImportError):
        return import_problem(error)
    text = ros_problem(error)
    return (file_problem(arguments) or text) if 'parse params file' in text else text


def _refuse_one_name(arguments: Sequence[str], nodes: int) -> None:
    """Raise ConfigError when several nodes would get one name, as by name= in a launch file."""
    new = next((a for a in arguments if a.startswith(NEW_NAMES)), '')
    if new and nodes > 1:
        raise ConfigError(
            f'{new} would give {nodes} nodes one name: leave out name= in the launch file, or '
            f'rename one of them: -r vision_node:{new}'
        )


class StopRequest:
    """SIGINT and SIGTERM: KeyboardInterrupt while the models are loaded, later only noted.

    In a callback an exception may be lost: where rclpy calls Python from C++, it becomes a
    RuntimeError, or ends the process with an abort.
    """

    def __init__(self) -> None:
        self.is_requested = False
        self.is_loading = True

    def on_signal(self, *_: object) -> None:
        """Note a signal."""
        is_first, self.is_requested = not self.is_requested, True
        if is_first and self.is_loading:
            raise KeyboardInterrupt


def spin(nodes: Sequence[EmotionNode[Any]], stop: StopRequest) -> None:
    """Serve callbacks until asked to stop; an exception is counted, not fatal."""
    executor = make_executor()
    trim_s = 0.0
    try:
        for node in nodes:
            executor.add_node(node)
        while rclpy.ok() and not stop.is_requested:
            if monotonic() >= trim_s:
                trim_heap()  # 50 MB after loading; at 1920x1080, images leave 2 MB a second
                trim_s = monotonic() + TRIM_PERIOD_S
            report_exceptions(
                lambda: executor.spin_once(timeout_sec=SPIN_TIMEOUT_S),
                nodes[0].report_error,
                passing=(ExternalShutdownException,),
            )
    finally:
        executor.shutdown()


def make_executor(context: rclpy.Context | None = None) -> Executor:
    """Return a TopicExecutor or, with an rclpy that is not known, its own, which costs more."""
    # Of the name of rclpy-7.1.5.dist-info or -py3.12.egg-info: importlib.metadata takes 20 ms.
    names = (path.name for path in Path(rclpy.__file__).parents[1].glob('rclpy-*-info'))
    versions = [name.removeprefix('rclpy-').partition('.')[0] for name in names]
    is_known = any(major.isdecimal() and int(major) <= NEWEST_RCLPY for major in versions)
    kind = TopicExecutor if is_known else SingleThreadedExecutor
    return kind(context=context)


def _on_stop_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)
