# SPDX-License-Identifier: MIT
"""``emotion-ros demo``: in which ROS domain it plays, and on which port."""

import socket
from argparse import Namespace
from contextlib import ExitStack

import pytest

from emotion_ros.cli.demo import HOST, dashboard_port, default_domain
from emotion_ros.errors import ConfigError
from emotion_ros.sandbox.domain import SAFE_DOMAINS


@pytest.mark.parametrize(('text', 'domain'), [('0', 0), ('34', 34), ('232', 232)])
def test_the_domain_of_the_user_is_obeyed(monkeypatch, text, domain):
    monkeypatch.setenv('ROS_DOMAIN_ID', text)
    assert default_domain() == domain


@pytest.mark.parametrize('text', [None, ''])
def test_without_one_an_unused_domain_is_taken(monkeypatch, text):
    if text is None:
        monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)
    else:
        monkeypatch.setenv('ROS_DOMAIN_ID', text)
    assert 1 <= default_domain() <= SAFE_DOMAINS


@pytest.mark.parametrize('text', ['233', '-1', 'robot'])
def test_a_domain_that_does_not_exist_is_named(monkeypatch, text):
    monkeypatch.setenv('ROS_DOMAIN_ID', text)
    with pytest.raises(ConfigError, match=f'ROS_DOMAIN_ID: {text!r} is not within 0 to 232'):
        default_domain()


def test_a_port_is_needed_only_with_the_dashboard():
    assert dashboard_port(Namespace(dashboard=False, port=None)) is None
    assert dashboard_port(Namespace(dashboard=True, port=None)) in range(8080, 8180)


def test_when_the_port_is_taken_the_next_free_one_is_used():
    with ExitStack() as stack:
        taken = stack.enter_context(socket.create_server((HOST, 0))).getsockname()[1]
        found = dashboard_port(Namespace(dashboard=False, port=taken))
        assert found is not None
        assert taken < found <= taken + 100


def test_no_free_port_is_named():
    with ExitStack() as stack:
        stack.enter_context(socket.create_server((HOST, 65535)))
        with pytest.raises(ConfigError, match='--port 65535: neither it nor one of the next'):
            dashboard_port(Namespace(dashboard=True, port=65535))
