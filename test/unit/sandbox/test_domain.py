# SPDX-License-Identifier: MIT
"""A ROS domain that nobody else uses, for the demo and for each test."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.sandbox import domain
from emotion_ros.sandbox.domain import claim_domain, free_domain, isolated

FIRST_PORT = 6500


@pytest.fixture
def two_domains(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave two domains, on ports below those of DDS (6750 to 7249)."""
    monkeypatch.setattr(domain, 'FIRST_PORT', FIRST_PORT)
    monkeypatch.setattr(domain, 'SAFE_DOMAINS', 2)
    with ExitStack() as held:
        monkeypatch.setattr(domain, 'held_domains', held)
        yield


@pytest.mark.usefixtures('two_domains')
@pytest.mark.parametrize('number', [0, 1, 40], ids=['', 'the first has ended', 'many'])
def test_a_domain_with_a_participant_is_not_claimed(number):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as participant:
        participant.bind(('', FIRST_PORT + 250 * 1 + 10 + 2 * number))
        assert [claim_once(), claim_once()] == [2, 2]


@pytest.mark.usefixtures('two_domains')
def test_a_domain_is_claimed_once_and_free_afterwards():
    with claim_domain() as first, claim_domain() as second:
        assert {first, second} == {1, 2}
        with pytest.raises(ConfigError, match='1 to 2 are all in use on this machine'):
            claim_once()
    assert {claim_once(), claim_once()} == {1, 2}


@pytest.mark.usefixtures('two_domains')
def test_a_free_domain_is_claimed_until_the_process_ends():
    assert {free_domain(), free_domain()} == {1, 2}
    with pytest.raises(ConfigError):
        free_domain()


def claim_once() -> int:
    with claim_domain() as claimed:
        return claimed


def test_the_graph_stays_on_this_machine():
    environment = isolated(42)
    assert environment['ROS_DOMAIN_ID'] == '42'
    assert environment['ROS_AUTOMATIC_DISCOVERY_RANGE'] == 'LOCALHOST'
    assert environment['ROS_DISCOVERY_SERVER'] == ''
