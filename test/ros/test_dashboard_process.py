# SPDX-License-Identifier: MIT
"""dashboard_node as a process of its own: its end, and what a crowd does to the others."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import pairwise
from statistics import median

import pytest
from diagnostic_msgs.msg import DiagnosticArray

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.msg import EmotionState
from emotion_ros.sandbox.processes import Programs
from graph import diagnostics_of
from visitors import Visitors, connected

MODULE = 'emotion_ros.web.dashboard_node'
PORT = ('--ros-args', '-p', 'port:=0')
CROWD = 50
TIMEOUT_S = 60.0


@pytest.fixture
def visitors() -> Iterator[Visitors]:
    visitors = Visitors()
    yield visitors
    visitors.close()


def url_of_dashboard(graph) -> str:
    """Return where the dashboard of another process says that it is."""
    heard = graph.listen(DiagnosticArray, '/diagnostics')
    url = lambda: diagnostics_of(heard, 'dashboard_node').get('url')  # noqa: E731
    return graph.until(url, 'the dashboard', TIMEOUT_S)


def test_a_crowd_and_a_sluggard_do_not_slow_the_states(graph, visitors):
    states = graph.listen(EmotionState, 'emotion_state')
    with Programs({}) as programs:
        programs.start('fusion', 'emotion_ros.nodes.fusion_node')
        programs.start('dashboard', MODULE, PORT)
        url = url_of_dashboard(graph)
        with connected(url):
            crowd = [visitors.visit(url) for _ in range(CROWD)]
            visitors.say(crowd[0], 'garbage')
            graph.until(lambda: all(v.now.get('state') for v in crowd[1:]), 'the crowd', TIMEOUT_S)
            states.clear()
            counts = [len(visitor.told) for visitor in crowd[1:]]
            served = lambda: [len(v.told) - n for v, n in zip(crowd[1:], counts, strict=True)]  # noqa: E731
            enough = lambda: len(states) >= 50 and min(served()) > 10  # noqa: E731
            graph.until(enough, 'fifty states, and the crowd served', TIMEOUT_S)
            assert programs.failed_process() == ''
    gaps = [b - a for a, b in pairwise(stamp_to_seconds(s.header.stamp) for s in states)]
    assert median(gaps) == pytest.approx(0.1, abs=0.02)


def test_asked_to_stop_it_leaves_although_pages_are_open(graph, visitors):
    with Programs({}, stop_timeout_s=TIMEOUT_S) as programs:
        program = programs.start('dashboard', MODULE, PORT)
        url = url_of_dashboard(graph)
        with connected(url):
            visitor = visitors.visit(url)
            graph.until(lambda: visitor.now, 'a message')
            programs.stop()
            assert program.process.returncode == 0
            graph.until(lambda: visitor.code, 'the end of the page')


@pytest.mark.parametrize(
    ('parameter', 'complaint'),
    [
        ('host:=203.0.113.1', 'emotion_ros: the dashboard cannot listen on 203.0.113.1:8080: '),
        ('host:=nowhere.invalid', 'emotion_ros: the dashboard cannot listen on nowhere.invalid'),
        ('port:=70000', 'emotion_ros: dashboard_node: parameter port: 70000 is above 65535'),
        ('colour:=red', "emotion_ros: dashboard_node: unknown parameter 'colour'"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_2(ros_domain, parameter, complaint):
    done = subprocess.run(
        [sys.executable, '-m', MODULE, '--ros-args', '-p', parameter],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(complaint)
    assert done.stderr.count('\n') == 1


def test_a_demo_whose_page_cannot_be_served_says_so(ros_domain):
    arguments = ['demo', '--headless', '--dashboard', '--domain', str(ros_domain)]
    with ExitStack() as stack:
        with suppress(OSError):  # somebody else has the port: just as well
            stack.enter_context(socket.create_server(('127.0.0.1', 8080)))
        done = subprocess.run(
            [sys.executable, '-m', 'emotion_ros.cli.main', *arguments],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
    assert done.returncode == 1
    assert 'dashboard ended with code 2' in done.stderr
    assert '127.0.0.1:8080: Address already in use' in done.stderr
