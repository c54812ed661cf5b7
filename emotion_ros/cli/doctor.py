# SPDX-License-Identifier: MIT
"""``emotion-ros doctor``: problems of a running graph, one line each, with the remedy."""

import argparse
import os
from collections.abc import Sequence

from emotion_ros.cli.arguments import domain_id, namespace, seconds
from emotion_ros.cli.console import table_console
from emotion_ros.conversions.state_fields import to_json
from emotion_ros.core.graph.checks import diagnose
from emotion_ros.core.graph.snapshot import Finding, GraphSnapshot, Severity
from emotion_ros.errors import ConfigError

EXIT_PROBLEM = 1
MARKS = {
    Severity.GOOD: ('ok', 'green'),
    Severity.NOTE: ('note', 'yellow'),
    Severity.PROBLEM: ('PROBLEM', 'bold red'),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the sub-command."""
    add = parser.add_argument
    add(
        '--for',
        dest='seconds',
        type=seconds,
        default=4.0,
        metavar='S',
        help='seconds to listen; at least 2.5, as the nodes report once a second (default: 4)',
    )
    add(
        '--namespace',
        type=namespace,
        default='',
        help='namespace of the nodes, as given to the launch file',
    )
    add('--json', action='store_true', help='one JSON line per finding')


def run(args: argparse.Namespace) -> int:
    """Print the findings; return 1 when there is a problem among them, else 0."""
    try:  # with an invalid domain, some middlewares end the process
        domain_id(os.environ.get('ROS_DOMAIN_ID') or '0')
    except argparse.ArgumentTypeError as error:
        raise ConfigError(f'ROS_DOMAIN_ID: {error}') from error
    from emotion_ros.nodes.graph.graph_survey import open_doctor

    with open_doctor(args.namespace) as doctor:
        snapshot = doctor.take_snapshot(args.seconds)
    findings = diagnose(snapshot)
    lines = [(finding, remedy_in(snapshot, finding)) for finding in findings]
    if args.json:
        for finding, remedy in lines:
            print(to_json(to_fields(finding, remedy)))
    else:
        print_findings(lines)
    has_problem = any(finding.severity is Severity.PROBLEM for finding in findings)
    return EXIT_PROBLEM if has_problem else 0


def remedy_in(snapshot: GraphSnapshot, finding: Finding) -> str:
    """Return what to do about a finding in this graph."""
    from emotion_ros.nodes.graph.remedies import remedy_here

    is_simulated = any(node.use_sim_time for node in snapshot.nodes)
    return remedy_here(finding, snapshot.namespace, is_simulated)


def to_fields(finding: Finding, remedy: str) -> dict[str, object]:
    """Return a finding as plain data."""
    severity = finding.severity.name.lower()
    return {'severity': severity, 'what': finding.what, 'remedy': remedy}


def print_findings(lines: Sequence[tuple[Finding, str]]) -> None:
    """Print one line per finding, and its remedy below it."""
    console = table_console()
    for finding, remedy in lines:
        mark, style = MARKS[finding.severity]
        console.print(f'{mark:<8}', style=style, end='')
        console.print(finding.what, highlight=False)
        if remedy:
            console.print(f'{"":<8}-> {remedy}', highlight=False)
