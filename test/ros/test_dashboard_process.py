# SPDX-License-Identifier: MIT
"""dashboard_node as a separate process: its end, and many pages at once."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

import pytest
from diagnostic_msgs.msg import DiagnosticArray

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.msg import EmotionState
from emotion_ros.sandbox.processes import Programs
from graph import diagnostics_of
from page_clients import PageClients, connected

MODULE = 'emotion_ros.web.dashboard_node'
PORT = ('--ros-args', '-p', 'port:=0')
OPEN_PAGES = 50
TIMEOUT_S = 60.0


@pytest.fixture
def clients() -> Iterator[PageClients]:
    clients = PageClients()
    yield clients
    clients.close()


def url_of_dashboard(graph) -> str:
    """Return the address of the dashboard in another process, from its diagnostics."""
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    url = lambda: diagnostics_of(diagnostics, 'dashboard_node').get('url')  # noqa: E731
    return graph.until(url, 'the dashboard', TIMEOUT_S)


def test_many_pages_and_a_slow_one_do_not_slow_the_states(graph, clients):
    states = graph.listen(EmotionState, 'emotion_state')
    with Programs({}) as programs:
        programs.start('fusion', 'emotion_ros.nodes.fusion_node')
        programs.start('dashboard', MODULE, PORT)
        url = url_of_dashboard(graph)
        with connected(url):
            pages = [clients.open(url) for _ in range(OPEN_PAGES)]
            clients.send(pages[0], 'garbage')
            graph.until(lambda: all(v.now.get('state') for v in pages[1:]), 'all pages', TIMEOUT_S)
            states.clear()
            counts = [len(client.messages) for client in pages[1:]]
            served = lambda: [len(v.messages) - n for v, n in zip(pages[1:], counts, strict=True)]  # noqa: E731
            enough = lambda: len(states) >= 50 and min(served()) > 10  # noqa: E731
            graph.until(enough, 'fifty states, and all pages served', TIMEOUT_S)
            assert programs.failed_process() == ''
    gaps = [b - a for a, b in pairwise(stamp_to_seconds(s.header.stamp) for s in states)]
    assert median(gaps) == pytest.approx(0.1, abs=0.02)


def test_asked_to_stop_it_ends_although_pages_are_open(graph, clients):
    with Programs({}, stop_timeout_s=TIMEOUT_S) as programs:
        program = programs.start('dashboard', MODULE, PORT)
        url = url_of_dashboard(graph)
        with connected(url):
            client = clients.open(url)
            graph.until(lambda: client.now, 'a message')
            programs.stop()
            assert program.process.returncode == 0
            graph.until(lambda: client.code, 'the end of the page')


@pytest.mark.parametrize(
    ('parameter', 'error'),
    [
        ('host:=203.0.113.1', 'emotion_ros: the dashboard cannot listen on 203.0.113.1:8080: '),
        ('host:=nowhere.invalid', 'emotion_ros: the dashboard cannot listen on nowhere.invalid'),
        ('port:=70000', 'emotion_ros: dashboard_node: parameter port: 70000 is above 65535'),
        ('colour:=red', "emotion_ros: dashboard_node: unknown parameter 'colour'"),
    ],
)
def test_a_wrong_parameter_is_one_line_and_exit_code_2(ros_domain, parameter, error):
    done = subprocess.run(
        [sys.executable, '-m', MODULE, '--ros-args', '-p', parameter],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(error)
    assert done.stderr.count('\n') == 1
