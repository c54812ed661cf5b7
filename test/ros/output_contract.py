# SPDX-License-Identifier: MIT
"""The output contract: what is true of every published EmotionState (promise 53)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isfinite, isnan
from threading import Thread

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.state import Reason, Status
from emotion_ros.msg import EmotionState

LABELS = dict(enumerate(EMOTIONS)) | {EmotionState.UNKNOWN: 'unknown'}
STATUSES = {int(status) for status in Status}
REASONS = {reason.value for reason in Reason}
NS = 10**9


class OutputMonitor:
    """Checks every state of one topic and collects the violations."""

    def __init__(self) -> None:
        self.checked = 0
        self.violations: list[str] = []
        self._last_ns = 0
        self._may_jump = False

    def check(self, state: EmotionState) -> None:
        """Check the next state."""
        self.checked += 1
        stamp_ns = state.header.stamp.sec * NS + state.header.stamp.nanosec
        if stamp_ns < self._last_ns and not self._may_jump:
            self.violations.append(f'stamp {stamp_ns} ns comes after {self._last_ns} ns')
        self._may_jump = self._may_jump and stamp_ns >= self._last_ns
        self._last_ns = stamp_ns
        self.violations += violations(state)

    def expect_jump(self) -> None:
        """Let the stamps step back once: the clock or the node is started again."""
        self._may_jump = True


def violations(state: EmotionState) -> Iterator[str]:
    """Yield, in words, each part of the output contract that this state breaks."""
    checks = {
        'status': state.status in STATUSES,
        'label': LABELS.get(state.emotion) == state.label,
        'reason': state.not_actionable_reason in REASONS,
        'actionable': state.actionable == (state.not_actionable_reason == ''),
        'confidence': 0.0 <= state.confidence <= 1.0,
        'confidence of unknown': state.emotion != state.UNKNOWN or state.confidence == 0.0,
        'duration': state.duration.sec >= 0,
        'latency': isfinite(state.latency),
        'probabilities': is_distribution(state.probabilities),
        'valence': is_nan_or_within(state.valence, -1.0),
        'arousal': is_nan_or_within(state.arousal, -1.0),
        'agreement': is_nan_or_within(state.agreement, 0.0),
    }
    for name, holds in checks.items():
        if not holds:
            yield f'{name}: {state}'
    for evidence in state.evidence:
        if not (isfinite(evidence.weight) and isfinite(evidence.age) and evidence.weight >= 0.0):
            yield f'evidence: {evidence}'
        if evidence.used != (evidence.reject_reason == ''):
            yield f'evidence used and rejected: {evidence}'


def is_distribution(probabilities: Sequence[float]) -> bool:
    """Return whether these are all NaN, or each 0..1 with sum 1 within a thousandth."""
    if all(isnan(p) for p in probabilities):
        return True
    return all(0.0 <= p <= 1.0 for p in probabilities) and abs(sum(probabilities) - 1.0) <= 1e-3


def is_nan_or_within(value: float, lowest: float) -> bool:
    """Return whether the value is not estimated, or from lowest to 1."""
    return isnan(value) or lowest <= value <= 1.0


@contextmanager
def monitored(domain: int) -> Iterator[OutputMonitor]:
    """Check the states of other processes while the block runs."""
    monitor, context = OutputMonitor(), Context()
    rclpy.init(context=context, domain_id=domain)
    node = Node('monitor', context=context)
    node.create_subscription(EmotionState, 'emotion_state', monitor.check, 50)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    thread = Thread(target=executor.spin)
    thread.start()
    try:
        yield monitor
    finally:
        executor.shutdown()
        thread.join()
        node.destroy_node()
        context.try_shutdown()
    assert not monitor.violations
