# SPDX-License-Identifier: MIT
"""The doctor on a graph of a test."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from emotion_ros.core.graph.checks import diagnose
from emotion_ros.core.graph.snapshot import Finding, GraphSnapshot, Severity
from emotion_ros.nodes.graph.graph_survey import open_doctor
from graph import Graph

LISTEN_S = 3.0


def examine(
    graph: Graph,
    publish: Callable[[], None] = lambda: None,
    seconds: float = LISTEN_S,
    namespace: str = '',
) -> GraphSnapshot:
    """Return the snapshot of a doctor who listens while the graph lives and ``publish`` is due."""

    def listen() -> GraphSnapshot:
        with open_doctor(namespace) as doctor:
            return doctor.take_snapshot(seconds)

    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(listen)
        graph.until(listening.done, 'the findings', publish=publish)
    return listening.result()


def consult(
    graph: Graph, publish: Callable[[], None] = lambda: None, seconds: float = LISTEN_S
) -> tuple[Finding, ...]:
    """Return the findings of such a doctor."""
    return diagnose(examine(graph, publish, seconds))


def problems(findings: tuple[Finding, ...]) -> str:
    """Return the problems among the findings, one a line."""
    return '\n'.join(f.what for f in findings if f.severity is Severity.PROBLEM)
