# SPDX-License-Identifier: MIT
"""Logs once which node feeds an input, or why nothing of it is used, and duplicate names."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from time import time

from rclpy.node import Node

from emotion_ros.core.graph.input_checks import (
    ROUTINE,
    check_multiple_publishers,
    check_refused,
    refused_by_fusion,
)
from emotion_ros.core.graph.snapshot import NAN, ClockReport, Finding, InputTopic, Kind, Severity
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.nodes.graph.graph_info import describe_input
from emotion_ros.nodes.graph.remedies import remedy_here
from emotion_ros.nodes.inputs.input_subscription import InputSubscription
from emotion_ros.perception.models.backend import MODEL_FAILURES

PATIENCE_S = 5.0
REFUSED_S = 3.0
"""An input of which nothing was used for so long is reported."""
HALF_CHECK_S = 0.5  # checks come once a second, some a little early
LEAST_REFUSED = 3
OF_THE_SOURCE = {
    'unsupported_format',
    'unsupported_rate',
    'unsupported_channels',
    'unsupported_encoding',
}
"""Reasons that every message of a source has: they are reported at the next check."""
FAULTS = ('stale', 'future', 'invalid', 'bad_stamp', 'bad_value')
"""Why the fusion refuses evidence; the other reasons are no faults of the source."""
QUIET_S = 10.0
"""After so long without a rejection, nothing comes any more."""

Diagnose = Callable[[InputTopic, float], Iterable[Finding]]
Describe = Callable[[InputTopic], tuple[InputTopic, str]]


class RejectionMonitor:
    """Finds out, from counters, that all that comes is refused."""

    def __init__(self) -> None:
        self.rejected: dict[str, int] = {}
        """How many messages were refused since the last one that was used, by reason."""
        self.since_s = NAN
        self._before: Mapping[str, int] = {}
        self._used = self._total = 0
        self._last_s = NAN

    def check(self, used: int, rejected: Mapping[str, int], now_s: float) -> bool:
        """Return whether nothing was used for REFUSED_S although messages come, or nothing can be.

        ``used`` and ``rejected`` count from the start; ``now_s`` is steady time.
        """
        total = sum(rejected.values())
        if used > self._used or now_s - self._last_s > QUIET_S:
            self._used, self._before = used, dict(rejected)
            self._total, self.since_s, self._last_s = total, NAN, NAN
            self.rejected = {}
            return False
        if total > self._total:
            self._total, self._last_s = total, now_s
            self.since_s = now_s if self.since_s != self.since_s else self.since_s
        grown = {r: n - self._before.get(r, 0) for r, n in rejected.items()}
        most_first = sorted(((r, n) for r, n in grown.items() if n), key=lambda each: -each[1])
        self.rejected = dict(most_first)
        is_routine = used > 0 and self.rejected.keys() <= {*ROUTINE}
        is_settled = now_s - self.since_s >= REFUSED_S - HALF_CHECK_S
        return (
            (is_settled or bool(self.rejected.keys() & OF_THE_SOURCE))
            and sum(self.rejected.values()) >= LEAST_REFUSED
            and not is_routine
            and not self.rejected.keys() & {*MODEL_FAILURES}
        )


class PartlyRefused:
    """Finds out, from counters, that most of what comes is refused, though some is used."""

    CHECKS = 6
    LEAST = 15

    def __init__(self) -> None:
        self._counts: deque[Mapping[str, int]] = deque(maxlen=self.CHECKS)

    def check(self, used: int, rejected: Mapping[str, int]) -> tuple[str, int, int]:
        """Return the reason, how many messages were refused for it and how many came.

        Of the last CHECKS checks; the reason is '' unless these are more than those used.
        ``used`` and ``rejected`` count from the start.
        """
        before = self._counts[0] if len(self._counts) == self.CHECKS else None
        self._counts.append({'': used, **rejected})
        if before is None:
            return '', 0, 0
        grown = {r: n - before.get(r, 0) for r, n in self._counts[-1].items()}
        faults = {r: n for r, n in grown.items() if r and r not in ROUTINE}
        reason = max(faults, key=lambda each: faults[each], default='')
        is_most = reason and faults[reason] > max(grown[''], self.LEAST)
        return (reason, faults[reason], sum(grown.values())) if is_most else ('', 0, 0)


class InputMonitor:
    """Monitors one input of a node.

    ``diagnose`` finds the cause when nothing arrives; ``describe`` adds to the input what came
    last and was refused, and returns that in words, too.
    """

    def __init__(
        self, node: Node, source: InputSubscription, diagnose: Diagnose, describe: Describe
    ) -> None:
        self._node = node
        self._source = source
        self._diagnose = diagnose
        self._describe = describe
        self._rejections = RejectionMonitor()
        self._partly = PartlyRefused()
        self._told: set[Kind] = set()
        self._pending: tuple[Kind, float] | None = None
        self._has_received = False
        self._reported_publishers = self._reported_partly = False
        self.problem = ''
        """What the diagnostics say while everything is refused; else ''."""

    def check(self, counts: Mapping[str, int], waited_s: float) -> None:
        """Log what is new after these counts (those of NodeStatistics) and seconds."""
        received = counts['received']
        several = self._node.count_publishers(self._source.topic_name) > 1
        if several and not self._reported_publishers:
            self._reported_publishers = True
            for finding in check_multiple_publishers(self._topic(received)):
                self._node.get_logger().warning(f'{finding.what}: {remedy_here(finding)}')
        if received:
            if not self._has_received:
                self._has_received = True
                publishers = self._topic(received).publishers
                sources = ', '.join(sorted({p.node for p in publishers})) or 'an unknown node'
                message = f'{self._source.topic_name}: first message received from {sources}'
                self._node.get_logger().info(message)
            self._check_refused(counts, waited_s)
        elif waited_s >= PATIENCE_S:
            self._report_silence(waited_s)

    def _report_silence(self, waited_s: float) -> None:
        """Log each cause once: the first one now, another one when it has lasted for as long."""
        found = [f for f in self._diagnose(self._topic(0), waited_s) if f.severity > Severity.NOTE]
        if not found or found[0].kind in self._told:
            self._pending = None
            return
        kind = found[0].kind
        if self._pending is None or self._pending[0] is not kind:
            self._pending = (kind, waited_s)
        if not self._told or waited_s - self._pending[1] >= PATIENCE_S:
            self._told.add(kind)
            self._warn(f'{found[0].what} (after {waited_s:.0f} s)', found[0])

    def _check_refused(self, counts: Mapping[str, int], waited_s: float) -> None:
        rejected = {
            key.removeprefix('rejected.'): n
            for key, n in counts.items()
            if key.startswith('rejected.')
        }
        monitor = self._rejections
        reason, count, came = self._partly.check(counts['processed'], rejected)
        if not monitor.check(counts['processed'], rejected, waited_s):
            if reason and counts['processed'] > 0 and not self._reported_partly:
                self._reported_partly = True
                what = (
                    f'{self._source.topic_name}: {count} of {came} messages are refused: {reason}'
                )
                facts = {'reason': reason}
                self._warn(what, Finding(Severity.PROBLEM, Kind.REFUSED, what, facts))
            if self.problem and not monitor.rejected:
                self.problem = ''
                message = f'{self._source.topic_name}: messages are no longer refused'
                self._node.get_logger().info(message)
        elif not self.problem:
            topic, detail = self._describe(self._topic(counts['received']))
            clock = self._clock()
            seconds = waited_s - monitor.since_s or NAN  # NaN: the first check since
            finding = check_refused(topic, monitor.rejected, clock, detail, seconds)
            self.problem = f'refuses all messages: {next(iter(monitor.rejected))}'
            self._warn(finding.what, finding)

    def _warn(self, what: str, finding: Finding) -> None:
        namespace = self._node.get_namespace().rstrip('/')
        cure = remedy_here(finding, namespace, self._clock().simulated)
        self._node.get_logger().warning(f'{what}. {cure}')

    def _clock(self) -> ClockReport:
        now_s = self._node.get_clock().now().nanoseconds / NANOSECONDS
        simulated = bool(self._node.get_parameter('use_sim_time').value)
        return ClockReport(
            published=self._node.count_publishers('/clock') > 0,
            simulated=simulated,
            offset_s=now_s - time() if simulated else NAN,
        )

    def _topic(self, received: int) -> InputTopic:
        return describe_input(self._node, self._source.topic_name, self._source.msg_type, received)


class EvidenceMonitor:
    """Monitors one input of the fusion: warns once when all of it is refused."""

    def __init__(self, node: Node, topic: str) -> None:
        self._node = node
        self._topic = topic
        self._rejections = RejectionMonitor()
        self._rejected: Counter[str] = Counter()
        self._used = 0
        self._age_s = NAN
        self.problem = ''

    def count(self, reason: str, age_s: float) -> None:
        """Count a message; ``reason`` is '' for one that is used, its age in seconds."""
        if reason in FAULTS:
            self._rejected[reason] += 1
            self._age_s = age_s
        else:
            self._used += 1

    def check(self, now_s: float) -> None:
        """Log when everything is refused; ``now_s`` is steady time."""
        monitor = self._rejections
        if not monitor.check(self._used, self._rejected, now_s):
            self.problem = self.problem if monitor.rejected else ''
        elif not self.problem:
            reason, count = next(iter(monitor.rejected.items()))
            what = f'{self._topic}: all {count} messages are refused: {reason}'
            finding = refused_by_fusion(Severity.PROBLEM, what, reason, self._age_s)
            self.problem = f'refuses all messages of {self._topic}: {reason}'
            self._node.get_logger().warning(f'{what}. {remedy_here(finding)}')


class DuplicateNameCheck:
    """Warns of a second node of the same name: both answer services and publish states."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._reported = False

    def check(self) -> None:
        """Warn when the graph has the name more than once, and never again."""
        own = (self._node.get_name(), self._node.get_namespace())
        if self._reported or self._node.get_node_names_and_namespaces().count(own) < 2:
            return
        self._reported = True
        self._node.get_logger().warning(
            f'another node is called {self._node.get_fully_qualified_name()}: stop one of them, '
            'or give each a namespace'
        )
