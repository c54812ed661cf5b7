# SPDX-License-Identifier: MIT
"""EmotionListener: calls a behaviour controller when an emotion has lasted."""

import inspect
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from emotion_ros.conversions.from_msg import msg_to_state
from emotion_ros.core.trigger import SILENCE_S, Transition, Trigger, TriggerMonitor
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.msg import EmotionEvent, EmotionState
from emotion_ros.nodes.messages.qos import QUEUE_DEPTH

__all__ = ['EmotionListener', 'Trigger']

CHECK_PERIOD_S = 0.1
BUSY_S = 3 * CHECK_PERIOD_S
RATE_STATES = 10
SLOWEST_RATE = 0.1

Action = Callable[[EmotionState], None] | Callable[[EmotionState], Coroutine[Any, Any, None]]

EventAction = Callable[[EmotionEvent], None] | Callable[[EmotionEvent], Coroutine[Any, Any, None]]
EVENT_KINDS = {
    'appeared': EmotionEvent.APPEARED,
    'onset': EmotionEvent.ONSET,
    'change': EmotionEvent.CHANGE,
    'offset': EmotionEvent.OFFSET,
    'conflict': EmotionEvent.CONFLICT,
    'lost': EmotionEvent.LOST,
    'reaction': EmotionEvent.REACTION,
}


@dataclass(frozen=True)
class _Callbacks:
    monitor: TriggerMonitor
    do: Action
    then: Action | None


class _Times:
    """When the last states were made and when they arrived, in seconds of two clocks."""

    def __init__(self) -> None:
        self.last_s = self.arrived_s = float('-inf')
        self.rate = 1.0  # how fast the time of the states passes, SLOWEST_RATE to 1
        self._times: deque[tuple[float, float]] = deque(maxlen=RATE_STATES)

    def add(self, time_s: float, arrived_s: float) -> None:
        """Add a state that arrived at ``arrived_s``, steady time."""
        if time_s < self.last_s:
            self._times.clear()
        self.last_s, self.arrived_s = time_s, arrived_s
        self._times.append((time_s, arrived_s))
        first_s, since_s = self._times[0]
        rate = (time_s - first_s) / (arrived_s - since_s) if arrived_s > since_s else 1.0
        self.rate = min(max(rate, SLOWEST_RATE), 1.0)


class EmotionListener:
    """Calls back when a person has been, for example, sad for three seconds.

    ::

        listener = EmotionListener(node)
        listener.on_actionable('sad', for_s=3.0, do=node.comfort, then=node.resume)

    ``do`` and ``then`` are functions or coroutine functions. Durations count in the time of the
    states (stamp + latency; a state without stamp: ROS time of arrival), so that a recording
    may be replayed at any speed. Time in which the node was busy is no silence of the fusion.
    """

    def __init__(self, node: Node, topic: str = 'emotion_state') -> None:
        self._node = node
        self._callbacks: list[_Callbacks] = []
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._last = EmotionState()
        self._times = _Times()
        self._checks = 0  # since the last state
        self._served_s = self._steady_s()
        self._was_busy = False
        node.create_subscription(EmotionState, topic, self._on_state, QUEUE_DEPTH)
        node.create_timer(CHECK_PERIOD_S, self._on_check, clock=self._steady)

    @property
    def state(self) -> EmotionState | None:
        """The latest message; None when it is older than SILENCE_S: the fusion is dead.

        Where a recording is replayed slowly, SILENCE_S is in the time of the states.
        """
        age_s = self._steady_s() - self._times.arrived_s
        return self._last if age_s * self._times.rate < SILENCE_S else None

    def on_actionable(
        self,
        *emotions: str,
        do: Action,
        then: Action | None = None,
        for_s: float = 0.0,
        confidence: float = 0.0,
        gap_s: float = 0.5,
        cooldown_s: float = 0.0,
    ) -> None:
        """Call ``do`` once an actionable state of these emotions has lasted, ``then`` at its end.

        Both get the latest state. No emotion means any. The other arguments, and which values
        raise ConfigError: see ``core.trigger.Trigger``.
        """
        trigger = Trigger(emotions, for_s, confidence, gap_s, cooldown_s)
        self._callbacks.append(_Callbacks(TriggerMonitor(trigger), do, then))

    def on_event(
        self, *kinds: str, do: EventAction, person_id: str = '', topic: str = 'emotion_events'
    ) -> None:
        """Call ``do`` with every EmotionEvent of these kinds.

        ``kinds`` are appeared, onset, change, offset, conflict, lost and reaction; none means
        all. With ``person_id``, only those of this person. ConfigError for an unknown kind.
        """
        for kind in kinds:
            if kind not in EVENT_KINDS:
                raise ConfigError(f'kind: {kind!r} is not one of {", ".join(EVENT_KINDS)}')
        wanted = {EVENT_KINDS[kind] for kind in kinds or EVENT_KINDS}

        def on_event(msg: EmotionEvent) -> None:
            if msg.kind in wanted and person_id in ('', msg.person_id):
                self._start(do(msg))

        self._node.create_subscription(EmotionEvent, topic, on_event, QUEUE_DEPTH)

    def _on_state(self, msg: EmotionState) -> None:
        self._note_service()
        try:
            state = msg_to_state(msg)
        except InvalidInput as error:
            self._node.get_logger().warning(str(error), throttle_duration_sec=1.0)
            return
        time_s = state.stamp_s + msg.latency if state.stamp_s else self._now_s()
        self._times.add(time_s, self._steady_s())
        self._last, self._checks = msg, 0
        missed, self._was_busy = self._was_busy, False
        for callbacks in self._callbacks:
            transition = callbacks.monitor.update(state, time_s, missed=missed)
            self._call(callbacks, transition)

    def _on_check(self) -> None:
        """End the episodes when no state arrives any more.

        Checks are counted, and not the time: after a callback that took long, states wait in the
        queue, and one check is due.
        """
        self._note_service()
        self._checks += 1
        silence_s = self._checks * CHECK_PERIOD_S * self._times.rate
        if silence_s > SILENCE_S:
            for callbacks in self._callbacks:
                transition = callbacks.monitor.update(None, self._times.last_s + silence_s)
                self._call(callbacks, transition)

    def _note_service(self) -> None:
        """Note when the executor had no time for the listener: states may have been lost."""
        before_s, self._served_s = self._served_s, self._steady_s()
        self._was_busy |= self._served_s - before_s > BUSY_S

    def _call(self, callbacks: _Callbacks, transition: Transition) -> None:
        action = {Transition.BEGAN: callbacks.do, Transition.ENDED: callbacks.then}.get(transition)
        self._start(action(self._last) if action else None)

    def _start(self, coroutine: Coroutine[Any, Any, None] | None) -> None:
        executor = self._node.executor
        if inspect.iscoroutine(coroutine) and executor:
            executor.create_task(coroutine)

    def _now_s(self) -> float:
        return float(self._node.get_clock().now().nanoseconds / NANOSECONDS)

    def _steady_s(self) -> float:
        return float(self._steady.now().nanoseconds / NANOSECONDS)
