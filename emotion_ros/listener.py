# SPDX-License-Identifier: MIT
"""EmotionListener: what a behaviour controller puts into its own node."""

from collections.abc import Callable
from dataclasses import dataclass

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from emotion_ros.conversions.from_msg import msg_to_state
from emotion_ros.core.trigger import SILENCE_S, Transition, Trigger, TriggerMonitor
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import EmotionState
from emotion_ros.nodes.qos import QUEUE_DEPTH

__all__ = ['EmotionListener', 'Trigger']

CHECK_PERIOD_S = 0.1

Action = Callable[[EmotionState], None]


@dataclass(frozen=True)
class _Callbacks:
    monitor: TriggerMonitor
    do: Action
    then: Action | None


class EmotionListener:
    """Calls back when a person has been, for example, sad for three seconds.

    ::

        listener = EmotionListener(node)
        listener.on_actionable('sad', for_s=3.0, do=node.comfort, then=node.resume)

    Durations are in ROS time, so that a bag or a simulation may run at any speed.
    """

    def __init__(self, node: Node, topic: str = 'emotion_state') -> None:
        self._node = node
        self._callbacks: list[_Callbacks] = []
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._last = EmotionState()
        self._received_s = float('-inf')
        node.create_subscription(EmotionState, topic, self._on_state, QUEUE_DEPTH)
        node.create_timer(CHECK_PERIOD_S, self._on_check, clock=self._steady)

    @property
    def state(self) -> EmotionState | None:
        """The latest message; None when none has come for SILENCE_S: the fusion is dead."""
        return self._last if self._steady_s() - self._received_s < SILENCE_S else None

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

    def _on_state(self, msg: EmotionState) -> None:
        try:
            state = msg_to_state(msg)
        except InvalidInput as error:
            self._node.get_logger().warning(str(error), throttle_duration_sec=1.0)
            return
        self._last, self._received_s = msg, self._steady_s()
        for callbacks in self._callbacks:
            self._call(callbacks, callbacks.monitor.update(state, self._now_s()))

    def _on_check(self) -> None:
        """End the episodes when no state arrives any more."""
        if self.state is None:
            for callbacks in self._callbacks:
                self._call(callbacks, callbacks.monitor.update(None, self._now_s()))

    def _call(self, callbacks: _Callbacks, transition: Transition) -> None:
        if transition is Transition.BEGAN:
            callbacks.do(self._last)
        elif transition is Transition.ENDED and callbacks.then is not None:
            callbacks.then(self._last)

    def _now_s(self) -> float:
        return float(self._node.get_clock().now().nanoseconds / NANOSECONDS)

    def _steady_s(self) -> float:
        return float(self._steady.now().nanoseconds / NANOSECONDS)
