# SPDX-License-Identifier: MIT
"""The action ``observe_reaction``: how a person takes what the robot does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.node import Node
from rclpy.task import Future

from emotion_ros.action import ObserveReaction
from emotion_ros.core.people.reaction import (
    LONGEST_S,
    SHORTEST_S,
    Reaction,
    ReactionObserver,
    StateHistory,
    UnknownReason,
    Verdict,
)
from emotion_ros.core.state import EmotionState
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.nodes.messages.to_msg import state_to_msg

ACTION = 'observe_reaction'
MAX_GOALS = 64
RESULT_KEPT_S = int(LONGEST_S) + 60  # Humble counts from the acceptance of a goal, not its end
CUT_SHORT = (
    UnknownReason.PERSON_LOST,
    UnknownReason.PAUSED,
    UnknownReason.PREEMPTED,
    UnknownReason.DISABLED,
    UnknownReason.NO_PERSON,
)
"""A goal that ends for one of these is aborted; with any other verdict it has succeeded."""

OnReaction = Callable[[str, Reaction], None]


@dataclass
class _Observation:
    """A goal, what it observes, and the future that its coroutine waits for."""

    goal: ServerGoalHandle
    behaviour: str
    observer: ReactionObserver
    done: Future

    def finish(self, reaction: Reaction) -> None:
        if not self.done.done():
            self.done.set_result(reaction)


class ReactionServer:
    """Serves the goals of any number of controllers from the states that a node publishes.

    Several goals run side by side; one for the same behaviour and person replaces the goal
    before it. ``on_reaction`` gets the person's id and every reaction that was observed to its
    end, for EmotionEvent.REACTION.
    """

    def __init__(self, node: Node, on_reaction: OnReaction | None = None) -> None:
        self._node = node
        self._on_reaction = on_reaction
        self._history = StateHistory()
        self._states: Sequence[EmotionState] = ()
        self._now_s = 0.0
        self._running: list[_Observation] = []
        self._server = ActionServer(
            node,
            ObserveReaction,
            ACTION,
            self._execute,
            goal_callback=self._on_goal,
            cancel_callback=self._on_cancel,
            result_timeout=RESULT_KEPT_S,
        )

    def update(self, states: Sequence[EmotionState], now_s: float) -> None:
        """Take the states of everybody, the focus person first."""
        self._states, self._now_s = states, now_s
        self._history.add(states, now_s)
        for running in [*self._running]:
            own = running.observer.person_id
            for state in states:
                if state.person_id == own and running.goal.is_active:
                    message = state_to_msg(state, now_s)
                    elapsed = now_s - running.observer.began_s
                    running.goal.publish_feedback(
                        ObserveReaction.Feedback(state=message, elapsed=elapsed)
                    )
            if running.observer.update(states, now_s):
                running.finish(running.observer.result(now_s))
            elif running.goal.is_cancel_requested:
                running.finish(self._ended(running, UnknownReason.CANCELLED))

    def stop(self) -> None:
        """End all goals: the node becomes inactive."""
        for running in self._running:
            running.finish(self._ended(running, UnknownReason.DISABLED))
        self._states = ()

    def close(self) -> None:
        """Close the action."""
        self.stop()
        self._server.destroy()

    def _ended(self, running: _Observation, reason: UnknownReason) -> Reaction:
        """Return what was observed until it was ended; no verdict."""
        reaction = running.observer.result(self._now_s)
        if reaction.reason is UnknownReason.PAUSED:
            return reaction
        return replace(reaction, verdict=Verdict.UNKNOWN, confidence=0.0, reason=reason)

    def _on_goal(self, goal: ObserveReaction.Goal) -> GoalResponse:
        """Refuse what cannot be observed; why is in the log, as an action has no room for it."""
        window_s = goal.window.sec + goal.window.nanosec / NANOSECONDS
        refused = ''
        if not SHORTEST_S <= window_s <= LONGEST_S:
            refused = f'a window of {window_s:g} s is not in {SHORTEST_S:g}..{LONGEST_S:g}'
        elif len(self._running) >= MAX_GOALS:
            refused = f'{MAX_GOALS} reactions are observed already'
        elif not self._states:
            refused = 'the fusion is not active'
        if refused:
            self._node.get_logger().warning(f'{ACTION} refused: {refused}')
            return GoalResponse.REJECT
        return GoalResponse.ACCEPT

    def _on_cancel(self, goal: ServerGoalHandle) -> CancelResponse:  # noqa: ARG002
        return CancelResponse.ACCEPT

    async def _execute(self, goal: ServerGoalHandle) -> ObserveReaction.Result:
        """Observe until the window ends, and answer."""
        request = goal.request
        person_id = request.person_id or (self._states[0].person_id if self._states else '')
        window_s = request.window.sec + request.window.nanosec / NANOSECONDS
        observer = self._history.observe(person_id, self._now_s, window_s)
        running = _Observation(goal, request.behaviour, observer, Future())
        for other in self._running:
            if (other.behaviour, other.observer.person_id) == (request.behaviour, person_id):
                other.finish(self._ended(other, UnknownReason.PREEMPTED))
        self._running.append(running)
        if not any(state.person_id == person_id for state in self._states):
            running.finish(Reaction(reason=UnknownReason.NO_PERSON))
        elif observer.update(self._states, self._now_s):  # paused
            running.finish(observer.result(self._now_s))
        reaction: Reaction = await running.done
        self._running.remove(running)
        if reaction.reason is UnknownReason.CANCELLED:
            goal.canceled()
        elif reaction.reason in CUT_SHORT:
            goal.abort()
        else:
            goal.succeed()
            if self._on_reaction:
                self._on_reaction(person_id, reaction)
        return reaction_to_result(reaction)


def reaction_to_result(reaction: Reaction) -> ObserveReaction.Result:
    """Return the result of the action."""
    return ObserveReaction.Result(
        verdict=int(reaction.verdict),
        confidence=reaction.confidence,
        baseline_valence=reaction.baseline_valence,
        peak_valence=reaction.peak_valence,
        change_valence=reaction.change_valence,
        baseline_arousal=reaction.baseline_arousal,
        change_arousal=reaction.change_arousal,
        from_emotion=int(reaction.from_emotion),
        to_emotion=int(reaction.to_emotion),
        reason=reaction.reason.value,
    )
