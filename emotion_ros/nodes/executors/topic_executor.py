# SPDX-License-Identifier: MIT
"""The executor of all nodes: for many messages, and few of anything else."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread
from typing import Any

import rclpy
from rclpy.executors import (
    ConditionReachedException,
    ExternalShutdownException,
    SingleThreadedExecutor,
    TimeoutException,
)
from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
from rclpy.task import Task
from rclpy.utilities import timeout_sec_to_nsec

from emotion_ros.runtime.worker import report_exceptions

EVENT_PERIOD_S = 1.0
# From 2026 on (7.1.9 of Jazzy, all others, too) what a coroutine awaits resumes it, and to call it
# before is an error. Until then it is called until it is done.
IS_RESUMED = hasattr(SingleThreadedExecutor, '_call_task_in_next_spin')


class TopicExecutor(SingleThreadedExecutor):
    """Serves all callbacks in one thread, but waits there for topics and timers only.

    For every message rclpy builds a wait set of all that its nodes have, twice, and a task: this
    took a third of the processor time of this thread. Here the wait set is kept until a node gets
    or loses something, and a callback is called: a function, which is given the message only. A
    thread awaits the services and the rest, which hardly ever come.
    """

    def __init__(self, *, context: rclpy.Context | None = None) -> None:
        self._waiting: tuple[object, _WaitSet] | None = None
        self._entities = object()  # another one whenever a node has got or lost something
        self._pending: deque[Any] = deque()
        self._others = _OtherExecutor(self, context)
        super().__init__(context=context)
        self._others.start()

    def create_task(self, callback: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a function or coroutine here, soon; return its future."""
        task = Task(callback, args, kwargs, executor=self)
        self._call_task_in_next_spin(task)
        return task

    def _call_task_in_next_spin(self, task: Any) -> None:
        self._pending.append(task)
        super().wake()

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
        self._entities = object()
        super().wake()
        self._others.wake()

    def shutdown(self, timeout_sec: float | None = None) -> bool:
        """End the thread, too."""
        self._others.stop()
        return bool(super().shutdown(timeout_sec))

    def _spin_once_impl(
        self, timeout_sec: Any = None, wait_condition: Callable[[], bool] = lambda: False
    ) -> None:
        """Serve what is ready, after waiting for it at most once; an exception leaves the rest."""
        self._run_tasks()
        if self._is_shutdown or wait_condition():
            return
        seconds = getattr(timeout_sec, 'timeout', timeout_sec)  # Jazzy: may be a TimeoutObject
        entities = self._entities  # before they are listed: another thread may change them then
        if self._waiting is None or self._waiting[0] is not entities:
            guards = (self._guard, self._sigint_gc)
            self._waiting = entities, _WaitSet(self._context, guards, self.get_nodes())
        try:
            ready = self._waiting[1].wait(timeout_sec_to_nsec(seconds))
        except _rclpy.InvalidHandle:  # destroyed by another thread
            self._waiting = None
            return
        if not self._context.ok():
            raise ExternalShutdownException
        for serve in ready:
            serve()

    def _run_tasks(self) -> None:
        for _ in range(len(self._pending)):
            task = self._pending.popleft()
            task()
            if task.done() or task.cancelled():
                _raise_error(task)
            elif IS_RESUMED:  # a coroutine that awaits something
                task.add_done_callback(_raise_error)
            else:
                self._pending.append(task)


class _WaitSet:
    """Topics and timers of some nodes, to wait for again and again."""

    def __init__(self, context: Any, guards: Sequence[Any], nodes: Sequence[Any]) -> None:
        self._guards = [guard.handle for guard in guards]
        self._timers = [(timer.handle, timer) for node in nodes for timer in node.timers]
        self._subscriptions = [
            (each.handle, each) for node in nodes for each in node.subscriptions
        ]
        pairs = (*self._timers, *self._subscriptions)
        self._handles = [context.handle, *self._guards, *(handle for handle, _ in pairs)]
        counts = len(self._subscriptions), len(guards), len(self._timers)
        with context.handle:
            self._rcl = _rclpy.WaitSet(*counts, 0, 0, 0, context.handle)

    def wait(self, timeout_ns: int) -> list[Callable[[], None]]:
        """Return what is to be called, timers first; InvalidHandle when one is destroyed."""
        rcl = self._rcl
        in_use: list[Any] = []  # nothing of it is destroyed; ExitStack takes ten times as long
        try:
            for handle in self._handles:
                handle.__enter__()
                in_use.append(handle)
            rcl.clear_entities()
            for guard in self._guards:
                rcl.add_guard_condition(guard)
            for handle, _ in self._timers:
                rcl.add_timer(handle)
            for handle, _ in self._subscriptions:
                rcl.add_subscription(handle)
            rcl.wait(timeout_ns)
            due = rcl.get_ready_entities('timer')
            filled = rcl.get_ready_entities('subscription')
            return [
                *(partial(_call, timer) for h, timer in self._timers if h.pointer in due),
                *(partial(_take, each) for h, each in self._subscriptions if h.pointer in filled),
            ]
        finally:
            for handle in in_use:
                handle.__exit__(None, None, None)


def _call(timer: Any) -> None:
    try:
        with timer.handle:
            if not timer.handle.is_timer_ready():  # cancelled meanwhile
                return
            timer.handle.call_timer()
    except _rclpy.InvalidHandle:
        return
    timer.callback()


def _take(subscription: Any) -> None:
    try:
        with subscription.handle:
            taken = subscription.handle.take_message(subscription.msg_type, subscription.raw)
    except _rclpy.InvalidHandle:
        return
    if taken:
        subscription.callback(taken[0])


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
        nodes = self._server.get_nodes()
        events = _event_handlers(nodes)
        return [
            _Entities(
                guards=[each for node in nodes for each in node.guards],
                clients=[each for node in nodes for each in node.clients],
                services=[each for node in nodes for each in node.services],
                waitables=[w for node in nodes for w in node.waitables if w not in events],
            )
        ]

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
            handlers = _event_handlers(self._server.get_nodes())
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
    _raise_error(task)


def _raise_error(task: Any) -> None:
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
