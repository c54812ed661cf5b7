# SPDX-License-Identifier: MIT
"""A managed node in which every transition ends in a known state."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from emotion_ros.errors import EmotionRosError
from emotion_ros.nodes.lifecycle.manager_bond import ManagerBond
from emotion_ros.runtime.memory import trim_heap
from emotion_ros.runtime.worker import report_exceptions

NAMES = {
    Transition.TRANSITION_CONFIGURE: 'configure',
    Transition.TRANSITION_ACTIVATE: 'activate',
    Transition.TRANSITION_DEACTIVATE: 'deactivate',
    Transition.TRANSITION_CLEANUP: 'cleanup',
    Transition.TRANSITION_UNCONFIGURED_SHUTDOWN: 'shutdown',
    Transition.TRANSITION_INACTIVE_SHUTDOWN: 'shutdown',
    Transition.TRANSITION_ACTIVE_SHUTDOWN: 'shutdown',
}
CLOCK_TOPIC = '/clock'  # rclpy subscribes by itself, whenever use_sim_time becomes true


@dataclass(frozen=True)
class _Opened:
    """What one step up, configure or activate, has added to the node."""

    attributes: frozenset[str]
    entities: tuple[Any, ...]


class ManagedNode(LifecycleNode):
    """A node with the hooks ``setup``, ``activate`` and, back again, ``deactivate``, ``cleanup``.

    ``setup`` loads and opens the publishers; ``activate`` opens subscriptions and timers. What
    one of these two assigned to new attributes of ``self``, and the topics, services and timers
    that it opened, are dropped after the hook of the way back, so that the memory is free. What
    was opened later, that hook has to close.

    A step up that raises is undone and answered with a failure; the state stays as it was. A
    transition that the state does not allow is refused with a line in the log (rclpy before
    Kilted would not answer at all). ``deactivate`` and ``cleanup`` are also called by
    ``destroy_node``, and when their counterpart has raised. A ``bond`` is open while active.
    """

    is_active: bool = False
    bond: ManagerBond | None = None
    _steps: tuple[_Opened, ...] = ()  # here, as a node that could not be made is destroyed, too
    _finalized: bool = False

    def __init__(self, name: str, **node_options: Any) -> None:
        super().__init__(name, **node_options)
        self._failure: Exception | None = None
        self._service_change_state.callback = self._on_change_state

    @property
    def lifecycle_state(self) -> str:
        """The primary state: unconfigured, inactive, active or finalized."""
        if self._finalized:
            return 'finalized'
        return ('unconfigured', 'inactive', 'active')[len(self._steps)]

    @property
    def is_configured(self) -> bool:
        """Whether ``setup`` has been done: the node is inactive or active."""
        return bool(self._steps)

    def setup(self) -> None:
        """Load the models and open the publishers."""

    def activate(self) -> None:
        """Open subscriptions and timers, start threads."""

    def deactivate(self) -> None:
        """Stop threads; subscriptions and timers of ``activate`` are closed afterwards."""

    def announce_inactive(self) -> None:
        """Publish the last message before the silence, after ``deactivate``."""

    def cleanup(self) -> None:
        """Close what was opened after ``setup``; the models are dropped afterwards."""

    def report_error(self, error: Exception) -> None:
        """Log an exception."""
        self.get_logger().error(f'{type(error).__name__}: {error}')

    def start_active(self) -> None:
        """Configure and activate; the exception of a hook passes."""
        for trigger in (self.trigger_configure, self.trigger_activate):
            if trigger() != TransitionCallbackReturn.SUCCESS and self._failure:
                raise self._failure

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: ARG002
        """Load."""
        return self._step_up(self.setup)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: ARG002
        """Begin to work."""
        result = self._step_up(self.activate)
        self.is_active = bool(result == TransitionCallbackReturn.SUCCESS)
        if self.is_active and self.bond:
            self.bond.open()
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: ARG002
        """Stop working, with the models still loaded."""
        self._step_down()
        report_exceptions(self.announce_inactive, self.report_error)
        return TransitionCallbackReturn.SUCCESS

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:  # noqa: ARG002
        """Free the models."""
        self._step_down()
        _free()
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop and free, whatever the state was."""
        if self.is_active:
            self.on_deactivate(state)
        while self._steps:
            self._step_down()
        _free()
        self._finalized = True
        return TransitionCallbackReturn.SUCCESS

    def destroy_node(self) -> None:
        """Stop threads first: they publish. The state machine, which rclpy leaves, goes last."""
        while self._steps:
            self._step_down()
        super().destroy_node()
        if machine := getattr(self, '_state_machine', None):
            machine.destroy_when_not_in_use()  # else it holds the participant of the process

    def _step_up(self, hook: Callable[[], None]) -> TransitionCallbackReturn:
        names, entities = frozenset(vars(self)), {id(e) for e in self._entities()}
        failures: list[Exception] = []
        report_exceptions(hook, failures.append)
        added = tuple(e for e in self._entities() if id(e) not in entities)
        self._steps = (*self._steps, _Opened(frozenset(vars(self)) - names, added))
        self._failure = next(iter(failures), None)
        if self._failure is None:
            return TransitionCallbackReturn.SUCCESS
        self._step_down()
        return TransitionCallbackReturn.FAILURE

    def _step_down(self) -> None:
        self.is_active = False
        if self.bond:
            report_exceptions(self.bond.close, self.report_error)
        hook = self.cleanup if len(self._steps) == 1 else self.deactivate
        report_exceptions(hook, self.report_error)
        *steps, opened = self._steps
        self._steps = tuple(steps)
        for entity in opened.entities:
            self._close(entity)
        for name in opened.attributes & frozenset(vars(self)):
            delattr(self, name)

    def _entities(self) -> Iterator[Any]:
        yield from self.publishers
        yield from (s for s in self.subscriptions if s.topic_name != CLOCK_TOPIC)
        yield from self.services
        yield from self.clients
        yield from self.timers

    def _close(self, entity: Any) -> None:
        """Destroy a topic's end, a service or a timer; False of one that is not there any more."""
        _ = (
            self.destroy_publisher(entity)
            or self.destroy_subscription(entity)
            or self.destroy_service(entity)
            or self.destroy_client(entity)
            or self.destroy_timer(entity)
        )

    def _on_change_state(
        self, request: ChangeState.Request, response: ChangeState.Response
    ) -> ChangeState.Response:
        """Answer a lifecycle manager; the label counts before the id, as in rclpy."""
        triggers = {
            'configure': self.trigger_configure,
            'activate': self.trigger_activate,
            'deactivate': self.trigger_deactivate,
            'cleanup': self.trigger_cleanup,
            'shutdown': self.trigger_shutdown,
        }
        before, asked = self.lifecycle_state, request.transition
        allowed = {each[1] for each in self._state_machine.available_transitions}
        label = asked.label or NAMES.get(asked.id, f'transition {asked.id}')
        if label not in allowed & triggers.keys():
            words = ', '.join(sorted(allowed)) or 'nothing'
            self.get_logger().error(f'{label}: not possible while {before}; possible: {words}')
            response.success = False
            return response
        response.success = bool(triggers[label]() == TransitionCallbackReturn.SUCCESS)
        if response.success:
            self.get_logger().info(f'{before} -> {self.lifecycle_state}')
        elif self._failure:
            is_known = isinstance(self._failure, EmotionRosError)
            kind = '' if is_known else f'{type(self._failure).__name__}: '
            self.get_logger().error(f'{label} failed, still {before}: {kind}{self._failure}')
        self._failure = None  # its traceback holds what was loaded
        return response


def _free() -> None:
    """Free what only cycles of references hold, and give the memory back."""
    gc.unfreeze()
    gc.collect()
    trim_heap()
