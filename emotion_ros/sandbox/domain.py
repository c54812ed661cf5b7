# SPDX-License-Identifier: MIT
"""Isolation of a ROS graph: an unused domain, on this machine only."""

import os
import socket

from emotion_ros.files.resources import packaged_config

LARGEST_DOMAIN = 232
SAFE_DOMAINS = 101  # ports of higher domains collide with the ephemeral ports of Linux


def isolated(domain: int) -> dict[str, str]:
    """Return environment variables that keep a graph on this machine and in this domain.

    Raw images need more shared memory than the default of Fast DDS (config/fastdds.xml).
    """
    profile = str(packaged_config('fastdds.xml'))
    return {
        'ROS_DOMAIN_ID': str(domain),
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
        'FASTRTPS_DEFAULT_PROFILES_FILE': profile,
        'FASTDDS_DEFAULT_PROFILES_FILE': profile,
    }


def free_domain() -> int:
    """Return a ROS domain that is unused on this machine, so that no robot is disturbed."""
    first = os.getpid() % SAFE_DOMAINS
    domains = [1 + (first + n) % SAFE_DOMAINS for n in range(SAFE_DOMAINS)]
    return next((d for d in domains if is_free(d)), domains[0])


def is_free(domain: int) -> bool:
    """Return whether no participant of this machine is in a domain.

    The first one listens on the port tried here (RTPS 2.5, 9.6.2.3).
    """
    port = 7400 + 250 * domain + 10
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(('', port))
        except OSError:
            return False
        return True
