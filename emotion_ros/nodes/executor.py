# SPDX-License-Identifier: MIT
"""The life of a process: make the nodes, spin them, stop cleanly."""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread
from types import FrameType
from typing import Any

import rclpy
from rclpy.executors import (
    ConditionReachedException,
    ExternalShutdownException,
    SingleThreadedExecutor,
    TimeoutException,
)
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import get_default_context, try_shutdown

from emotion_ros.errors import EmotionRosError
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.runtime.memory import trim_heap
from emotion_ros.runtime.worker import busy_threads, report_exceptions

SPIN_TIMEOUT_S = 0.2
EVENT_PERIOD_S = 1.0
EXIT_OK = 0
EXIT_BAD_CONFIG = 2


def run(
    factories: Sequence[Callable[[], EmotionNode[Any]]], args: Sequence[str] | None = None
) -> int:
    """Run nodes in one process until it is asked to stop; return the exit code.

    Wrong parameters or a bad model end it with one line on stderr and EXIT_BAD_CONFIG.
    """
    nodes: list[EmotionNode[Any]] = []
    busy_before = busy_threads()
    stop = StopRequest()
    try:
        # Not rclpy's handlers: they would end the context under a worker that is publishing.
        rclpy.init(
            args=None if args is None else list(args),
            signal_handler_options=SignalHandlerOptions.NO,
        )
        _on_stop_signals(stop.on_signal)
        for factory in factories:
            nodes.append(factory())
        stop.is_loading = False
        gc.enable()  # start.py has disabled it
        trim_heap()  # give back what loading the models took for a while, 50 MB
        spin(nodes, stop)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except (EmotionRosError, RuntimeError) as error:  # rclpy: a bad argument or params file
        if not stop.is_requested:
            one_line = ' '.join(str(error).split())
            sys.stderr.write(f'emotion_ros: {one_line}\n')
            return EXIT_BAD_CONFIG
    finally:
        _on_stop_signals(signal.SIG_IGN)  # a second one changes nothing now
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
    executor = TopicExecutor()
    try:
        for node in nodes:
            executor.add_node(node)
        while rclpy.ok() and not stop.is_requested:
            report_exceptions(
                lambda: executor.spin_once(timeout_sec=SPIN_TIMEOUT_S),
                nodes[0].report_error,
                passing=(ExternalShutdownException,),
            )
    finally:
        executor.shutdown()


class TopicExecutor(SingleThreadedExecutor):
    """Serves all callbacks in one thread, but waits there for topics and timers only.

    For every message rclpy builds its wait set anew from all that its nodes have, twice: 0.5 ms
    each for three nodes, whose 90 services and events hardly ever come. A thread awaits these.
    """

    def __init__(self, *, context: rclpy.Context | None = None) -> None:
        self._topics = _Entities()
        self._has_changed = True
        self._others = _OtherExecutor(self, context)
        super().__init__(context=context)
        self._others.start()

    def get_nodes(self) -> list[Any]:
        """Return what is waited for here, as one node."""
        if self._has_changed:
            self._has_changed = False
            nodes = super().get_nodes()
            self._topics = _Entities(
                subscriptions=[each for node in nodes for each in node.subscriptions],
                timers=[each for node in nodes for each in node.timers],
                guards=[each for node in nodes for each in node.guards],
            )
        return [self._topics]

    def all_nodes(self) -> list[Any]:
        """Return the nodes themselves."""
        return list(super().get_nodes())

    def add_node(self, node: Any) -> bool:
        """Serve a node, too."""
        is_new = bool(super().add_node(node))
        self.wake()
        return is_new

    def remove_node(self, node: Any) -> None:
        """Serve a node no more."""
        super().remove_node(node)
        self.wake()

    def wake(self) -> None:
        """Build the wait sets anew: rclpy calls this when a node has got or lost something."""
        self._has_changed = True
        super().wake()
        self._others.wake()

    def shutdown(self, timeout_sec: float | None = None) -> bool:
        """End the thread, too."""
        self._others.stop()
        return bool(super().shutdown(timeout_sec))


class _OtherExecutor(SingleThreadedExecutor):
    """Waits, in a thread, for services and actions; the ``server`` serves them, one by one.

    Events, such as incompatible QoS, are looked for once a second: to wait for those of a
    subscription ends with each of its messages.
    """

    def __init__(self, server: TopicExecutor, context: rclpy.Context | None) -> None:
        super().__init__(context=context)
        self._server = server
        self._events: list[Any] | None = None
        self._action: Callable[[], None] | None = None
        self._served, self._stopping = Event(), Event()
        self._thread = Thread(target=self._run, name='services', daemon=True)
        self.start = self._thread.start

    def get_nodes(self) -> list[Any]:
        nodes = self._server.all_nodes()
        events = _event_handlers(nodes)
        waitables = [each for node in nodes for each in node.waitables if each not in events]
        services = [each for node in nodes for each in node.services]
        clients = [each for node in nodes for each in node.clients]
        return [_Entities(services=services, clients=clients, waitables=waitables)]

    def can_execute(self, entity: Any) -> bool:  # noqa: ARG002
        return True  # also while the server is busy with the same callback group: it will not be

    def stop(self) -> None:
        self._stopping.set()
        self._served.set()
        self.wake()
        self._thread.join()
        report_exceptions(self._serve, lambda error: None)  # noqa: ARG005
        self.shutdown()

    def _run(self) -> None:
        while not self._stopping.is_set():
            report_exceptions(self._wait, lambda error: self._hand_over(partial(_raise, error)))

    def _wait(self) -> None:
        timeout_s = EVENT_PERIOD_S if self._events is None else 0.0
        try:
            task, _, _ = self.wait_for_ready_callbacks(
                timeout_s, self._events, self._stopping.is_set
            )
        except TimeoutException:
            handlers = _event_handlers(self._server.all_nodes())
            self._events = [_Entities(waitables=handlers)] if self._events is None else None
        except (ConditionReachedException, ExternalShutdownException):
            self._stopping.set()
        else:
            self._hand_over(partial(_run_task, task))

    def _hand_over(self, action: Callable[[], None]) -> None:
        """Let the server do this, and wait until it has."""
        self._action = action
        self._served.clear()
        self._server.create_task(self._serve)
        if not self._stopping.is_set():
            self._served.wait()

    def _serve(self) -> None:
        action, self._action = self._action, None
        try:
            if action:
                action()
        finally:
            self._served.set()


def _run_task(task: Any) -> None:
    task()
    if error := task.exception():
        raise error


def _raise(error: Exception) -> None:
    raise error


@dataclass(frozen=True, eq=False)
class _Entities:
    """What an executor sees in place of nodes."""

    subscriptions: Sequence[Any] = ()
    timers: Sequence[Any] = ()
    guards: Sequence[Any] = ()
    services: Sequence[Any] = ()
    clients: Sequence[Any] = ()
    waitables: Sequence[Any] = ()


def _event_handlers(nodes: Iterable[Any]) -> list[Any]:
    ends = [end for node in nodes for end in (*node.publishers, *node.subscriptions)]
    return [handler for end in ends for handler in end.event_handlers]


def _on_stop_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)
