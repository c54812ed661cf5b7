# SPDX-License-Identifier: MIT
"""EmotionListener: what a behaviour controller puts into its own node."""

from collections.abc import Callable
from dataclasses import dataclass

from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from emotion_ros.conversions.from_msg import msg_to_state
from emotion_ros.core.trigger import SILENCE_S, Change, Reaction, Trigger
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import EmotionState

__all__ = ['EmotionListener', 'Trigger']

QUEUE_DEPTH = 10
CHECK_PERIOD_S = 0.1
NANOSECONDS = 1e9

Action = Callable[[EmotionState], None]


@dataclass(frozen=True)
class _Listening:
    reaction: Reaction
    do: Action
    then: Action | None


class EmotionListener:
    """Calls back when somebody has been, say, sad for three seconds.

    ::

        listener = EmotionListener(node)
        listener.on_actionable('sad', for_s=3.0, do=node.comfort, then=node.resume)

    Durations are in ROS time, so that a bag or a simulation may run at any speed.
    """

    def __init__(self, node: Node, topic: str = 'emotion_state') -> None:
        self._node = node
        self._listening: list[_Listening] = []
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._last = EmotionState()
        self._heard_s = float('-inf')
        node.create_subscription(EmotionState, topic, self._on_state, QUEUE_DEPTH)
        node.create_timer(CHECK_PERIOD_S, self._on_check, clock=self._steady)

    @property
    def state(self) -> EmotionState | None:
        """The latest message; None when none has come for SILENCE_S: the fusion is dead."""
        return self._last if self._steady_s() - self._heard_s < SILENCE_S else None

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

        Both get the latest state. No emotion means any; for the rest, and for what is refused
        with a ConfigError, see ``core.reaction.Trigger``.
        """
        trigger = Trigger(emotions, for_s, confidence, gap_s, cooldown_s)
        self._listening.append(_Listening(Reaction(trigger), do, then))

    def _on_state(self, msg: EmotionState) -> None:
        try:
            state = msg_to_state(msg)
        except InvalidInput as error:
            self._node.get_logger().warning(str(error), throttle_duration_sec=1.0)
            return
        self._last, self._heard_s = msg, self._steady_s()
        for listening in self._listening:
            self._tell(listening, listening.reaction.update(state, self._now_s()))

    def _on_check(self) -> None:
        """End what waits for states that no longer come."""
        if self.state is None:
            for listening in self._listening:
                self._tell(listening, listening.reaction.update(None, self._now_s()))

    def _tell(self, listening: _Listening, change: Change) -> None:
        if change is Change.BEGAN:
            listening.do(self._last)
        elif change is Change.ENDED and listening.then is not None:
            listening.then(self._last)

    def _now_s(self) -> float:
        return float(self._node.get_clock().now().nanoseconds / NANOSECONDS)

    def _steady_s(self) -> float:
        return float(self._steady.now().nanoseconds / NANOSECONDS)
