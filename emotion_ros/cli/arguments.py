# SPDX-License-Identifier: MIT
"""Types of command-line arguments, each raises ArgumentTypeError for an invalid text; ports."""

import argparse
import math
import re
import socket
from contextlib import suppress

from emotion_ros.errors import ConfigError
from emotion_ros.sandbox.domain import LARGEST_DOMAIN

NAMESPACE = re.compile(r'/?|/?[A-Za-z_]\w*(/[A-Za-z_]\w*)*/?', re.ASCII)
LARGEST_PORT = 65535
PORTS = 100  # that ``free_port`` tries


def domain_id(text: str) -> int:
    """Return a ROS_DOMAIN_ID."""
    if not text.isdecimal() or int(text) > LARGEST_DOMAIN:
        raise argparse.ArgumentTypeError(f'{text!r} is not within 0 to {LARGEST_DOMAIN}')
    return int(text)


def port(text: str) -> int:
    """Return a TCP port."""
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PORT:
        raise argparse.ArgumentTypeError(f'{text!r} is not within 1 to {LARGEST_PORT}')
    return int(text)


def free_port(host: str, first: int) -> int:
    """Return the first free port from ``first`` on; ConfigError when none of PORTS is free."""
    for number in range(first, min(first + PORTS, LARGEST_PORT + 1)):
        with suppress(OSError), socket.create_server((host, number)):
            return number
    raise ConfigError(f'--port {first}: neither it nor one of the next {PORTS} ports is free')


def namespace(text: str) -> str:
    """Return a ROS namespace."""
    if not NAMESPACE.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a namespace, such as robot_1 or /lab/robot_1'
        )
    return text


def seconds(text: str) -> float:
    """Return a number of seconds, above 0 and at most 3600."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 < value <= 3600.0:
        raise argparse.ArgumentTypeError(f'{text!r} is not a number of seconds, 0 to 3600')
    return value
