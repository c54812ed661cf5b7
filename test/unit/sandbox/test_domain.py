# SPDX-License-Identifier: MIT
"""The demo takes a ROS domain that nobody uses."""

import socket

from emotion_ros.sandbox.domain import SAFE_DOMAINS, free_domain, isolated


def test_a_domain_with_a_participant_is_not_free():
    first = free_domain()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as participant:
        participant.bind(('', 7400 + 250 * first + 10))
        second = free_domain()
    assert 1 <= first <= SAFE_DOMAINS
    assert 1 <= second <= SAFE_DOMAINS
    assert second != first
    assert free_domain() == first


def test_the_graph_stays_on_this_machine():
    environment = isolated(42)
    assert environment['ROS_DOMAIN_ID'] == '42'
    assert environment['ROS_AUTOMATIC_DISCOVERY_RANGE'] == 'LOCALHOST'
