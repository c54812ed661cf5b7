# SPDX-License-Identifier: MIT
"""The base of every node: parameters, ``~/enable``, diagnostics."""

from collections.abc import Iterable
from time import monotonic
from typing import Any, ClassVar, Generic, TypeVar

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from std_srvs.srv import SetBool

from emotion_ros.core.options import Options
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.nodes.inputs.input_monitor import (
    PATIENCE_S,
    Describe,
    Diagnose,
    DuplicateNameCheck,
    InputMonitor,
)
from emotion_ros.nodes.inputs.input_subscription import InputSubscription
from emotion_ros.nodes.lifecycle.managed_node import ManagedNode
from emotion_ros.nodes.lifecycle.manager_bond import ManagerBond
from emotion_ros.nodes.messages.qos import QUEUE_DEPTH
from emotion_ros.nodes.parameters import declare_config, follow_changes, refuse_unknown
from emotion_ros.runtime.lifecycle import LifecycleConfig
from emotion_ros.runtime.statistics import NodeStatistics

C = TypeVar('C', bound=Options)

WAITING_FOR_CLOCK = 'waiting_for_clock'


class EmotionNode(ManagedNode, Generic[C]):
    """A managed node with a configuration, statistics sent at 1 Hz, and an on/off service.

    A subclass names its ``Config``, loads in ``setup`` and opens its inputs in ``activate``; with
    ``autostart`` both are done at the end of the constructor. Timers run on a steady clock;
    ``now_s`` is ROS time. Parameters, diagnostics and ``~/enable`` are there in every state.
    """

    Config: ClassVar[type[Options]]

    def __init__(self, name: str, **node_options: Any) -> None:
        super().__init__(name, **node_options)
        self.config: C = declare_config(self, self.Config)  # type: ignore[assignment]
        lifecycle = declare_config(self, LifecycleConfig)
        self.declare_options()
        refuse_unknown(self)
        self.statistics = NodeStatistics()
        self.enabled = True
        self.steady_clock = Clock(clock_type=ClockType.STEADY_TIME)
        self._diagnostics_s = self._activated_s = self.steady_s()
        self._has_clock_since_s = self._activated_s
        self._monitors: list[InputMonitor] = []
        self._name_check = DuplicateNameCheck(self)
        follow_changes(self, self.config, self._on_config)
        self._diagnostics_publisher = self.create_publisher(
            DiagnosticArray, '/diagnostics', QUEUE_DEPTH
        )
        self.create_service(SetBool, '~/enable', self._on_enable)
        self.create_timer(1.0, self.check_and_report, clock=self.steady_clock)
        if lifecycle.autostart:
            self.start_active()
        else:
            self.bond = ManagerBond(self)

    def declare_options(self) -> None:
        """Declare further parameters; the configuration is there already."""

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to work, and to wait for the inputs anew."""
        self._monitors = []
        self._activated_s = self._has_clock_since_s = self.steady_s()
        return super().on_activate(state)

    def monitor_input(
        self, source: InputSubscription, diagnose: Diagnose, describe: Describe
    ) -> None:
        """Log once which node publishes this input, or why none of it is used."""
        self._monitors.append(InputMonitor(self, source, diagnose, describe))

    def now_s(self) -> float:
        """Return ROS time in seconds; 0 while waiting for the first /clock."""
        return float(self.get_clock().now().nanoseconds / NANOSECONDS)

    def steady_s(self) -> float:
        """Return steady time in seconds, for durations only."""
        return monotonic()

    def report_error(self, error: Exception) -> None:
        """Count an exception and log it, at most once a second of steady time."""
        self.statistics.fail(error)
        self.get_logger().error(self.statistics.error, throttle_duration_sec=1.0)

    def details(self) -> dict[str, str]:
        """Return further key-value pairs for the diagnostics of an active node."""
        return {}

    def problems(self) -> Iterable[str]:
        """Return what the diagnostics warn of, '' for an input without a problem."""
        return (monitor.problem for monitor in self._monitors)

    def on_config(self, config: C) -> None:
        """Take over changed options; called once ``setup`` has been."""

    def on_enable(self, enabled: bool) -> None:
        """React to being switched on or off while active."""

    def on_second(self) -> None:
        """Do what is due once a second of steady time while active."""

    def check_and_report(self) -> None:
        """Do what is due, check names and inputs, publish diagnostics: once a second."""
        if self.is_active:
            self.on_second()
        self._name_check.check()
        now_s = self.steady_s()
        if self.is_active:
            self._check_inputs(now_s)
        values = self.statistics.collect(max(now_s - self._diagnostics_s, 1e-3))
        self._diagnostics_s = now_s
        values |= {'enabled': str(self.enabled).lower(), 'lifecycle': self.lifecycle_state}
        if self.is_active:
            values |= self.details()
        status = to_status(self.get_name(), *self._level(), values)
        status.hardware_id = self.get_namespace()  # distinguishes the robots on /diagnostics
        message = DiagnosticArray(status=[status])
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics_publisher.publish(message)

    def _on_config(self, config: C) -> None:
        self.config = config
        if self.is_configured:
            self.on_config(config)

    def _on_enable(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        self.enabled = bool(request.data)
        response.success = True
        response.message = 'enabled' if self.enabled else 'disabled'
        if self.is_active:
            self.on_enable(self.enabled)
        else:
            response.message += f', but {self.lifecycle_state}'
        return response

    def _check_inputs(self, now_s: float) -> None:
        """Check the inputs; without /clock there is one cause, and a bag has not started."""
        if self.now_s() > 0.0:
            for monitor in self._monitors:
                monitor.check(self.statistics.counts(), now_s - self._has_clock_since_s)
            return
        waited_s = now_s - self._activated_s
        if waited_s >= PATIENCE_S > self._has_clock_since_s - self._activated_s:
            self.get_logger().warning(
                f'use_sim_time is true, but nothing has come on /clock (after {waited_s:.0f} s)'
            )
        self._has_clock_since_s = now_s

    def _level(self) -> tuple[bytes, str]:
        if not self.is_active:
            return DiagnosticStatus.OK, self.lifecycle_state
        if self.now_s() == 0.0:
            return DiagnosticStatus.WARN, WAITING_FOR_CLOCK
        if self.statistics.error:
            return DiagnosticStatus.ERROR, self.statistics.error
        if problem := next(filter(None, self.problems()), ''):
            return DiagnosticStatus.WARN, problem
        return DiagnosticStatus.OK, 'running' if self.enabled else 'disabled'


def to_status(name: str, level: bytes, message: str, values: dict[str, str]) -> DiagnosticStatus:
    """Return a DiagnosticStatus with these key-value pairs."""
    pairs = [KeyValue(key=key, value=value) for key, value in values.items()]
    return DiagnosticStatus(level=level, name=name, message=message, values=pairs)
