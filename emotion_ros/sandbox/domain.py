# SPDX-License-Identifier: MIT
"""Isolation of a ROS graph: an unused domain, on this machine only."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count

from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import packaged_config

LARGEST_DOMAIN = 232
SAFE_DOMAINS = 101  # ports of higher domains collide with the ephemeral ports of Linux

# Ports of a domain (RTPS 2.5, 9.6.2.3): participants listen on 10, 11, 12 ..., multicast on 0
# and 1. Nothing of DDS is on 9: the process that binds it has claimed the domain.
_DOMAIN_PORTS, FIRST_PORT = 250, 7400
_PARTICIPANTS, _CLAIM = range(10, _DOMAIN_PORTS, 2), 9  # the first may have ended

_turns = count(os.getpid())  # each claim looks elsewhere first, for a participant ends slowly
held_domains = ExitStack()


def isolated(domain: int) -> dict[str, str]:
    """Return environment variables that keep a graph on this machine and in this domain.

    Raw images need more shared memory than the default of Fast DDS (config/fastdds.xml). The
    Discovery Server of a robot may be out of reach.
    """
    profile = str(packaged_config('fastdds.xml'))
    return {
        'ROS_DOMAIN_ID': str(domain),
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
        'ROS_DISCOVERY_SERVER': '',
        'FASTRTPS_DEFAULT_PROFILES_FILE': profile,
        'FASTDDS_DEFAULT_PROFILES_FILE': profile,
    }


@contextmanager
def claim_domain() -> Iterator[int]:
    """Yield a ROS domain without participants that no other process claims until the end.

    The claim is a port and ends with the process at the latest. ConfigError when no domain is
    free.
    """
    first = next(_turns)
    for domain in (1 + (first + n) % SAFE_DOMAINS for n in range(SAFE_DOMAINS)):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as claim:
            if _binds(claim, domain, _CLAIM) and is_free(domain):
                yield domain
                return
    used = f'ROS domains 1 to {SAFE_DOMAINS} are all in use on this machine'
    raise ConfigError(f'{used}: end some of the programs in them')


def free_domain() -> int:
    """Return a ROS domain that is unused on this machine and claim it until the process ends."""
    return held_domains.enter_context(claim_domain())


def is_free(domain: int) -> bool:
    """Return whether no participant of this machine is in a domain."""
    for port in _PARTICIPANTS:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            if not _binds(probe, domain, port):
                return False
    return True


def _binds(probe: socket.socket, domain: int, offset: int) -> bool:
    try:
        probe.bind(('', FIRST_PORT + _DOMAIN_PORTS * domain + offset))
    except OSError:
        return False
    return True
