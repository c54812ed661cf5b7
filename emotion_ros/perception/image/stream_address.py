# SPDX-License-Identifier: MIT
"""Addresses of network streams: which are known, what may be shown of them, why one is silent."""

import re
import socket
from urllib.parse import urlsplit

STREAM_PORTS = {'rtsp': 554, 'rtsps': 322, 'rtmp': 1935, 'http': 80, 'https': 443}
TIMEOUT_S = 5.0  # FFmpeg's own is 30 s
_SCHEME = re.compile(r'([a-z][a-z0-9+.-]*)://', re.IGNORECASE)


def scheme_of(name: str) -> str:
    """Return such as ``rtsp`` of an address, in lower case; '' for anything else."""
    scheme = _SCHEME.match(name)
    return scheme[1].lower() if scheme else ''


def is_stream(name: str) -> bool:
    """Return whether this is the address of a network stream."""
    return scheme_of(name) in STREAM_PORTS


def public_address(url: str) -> str:
    """Return an address without the user's name, password and query, which may hold a key."""
    scheme, _, rest = url.partition('://')
    place = re.split('[?#]', rest, maxsplit=1)[0]
    host, slash, path = place.rpartition('@')[2].partition('/')
    return f'{scheme}://{host}{slash}{path}'


def connection_problem(url: str) -> str:
    """Return why no connection to the host of a stream can be made; '' when it can."""
    scheme, _, rest = public_address(url).partition('://')
    try:
        parts = urlsplit(f'//{rest}')
        address = parts.hostname or '', parts.port or STREAM_PORTS[scheme.lower()]
        socket.create_connection(address, TIMEOUT_S).close()
    except ValueError as error:
        return str(error)
    except OSError as error:
        return f'no connection: {error.strerror or error}'
    return ''
