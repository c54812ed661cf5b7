# SPDX-License-Identifier: MIT
"""Host names under which the page may be requested."""

import socket

import pytest

from emotion_ros.web.server import CONTENT_TYPES, PAGE_FOLDER, PAGES, is_own_host

OWN = socket.gethostname()


@pytest.mark.parametrize(
    ('host', 'is_own'),
    [
        ('', False),
        ('localhost', True),
        ('LOCALHOST:8080', True),
        ('127.0.0.1', True),
        ('192.168.1.7:8080', True),
        ('[::1]:8080', True),
        (OWN, True),
        (f'{OWN}.local:80', True),
        ('evil.example', False),
        ('127.0.0.1.evil.example', False),
        ('localhost.evil.example:8080', False),
        ('user@127.0.0.1', True),
        ('127.0.0.1@evil.example', False),
        ('[::1', False),
        (':8080', False),
        ('127.1', False),
        ('\x00', False),
    ],
)
def test_only_addresses_and_own_names_are_accepted(host, is_own):
    assert is_own_host(host) is is_own


def test_every_file_that_is_served_is_there_and_of_a_known_kind():
    for name in PAGES.values():
        assert (PAGE_FOLDER / name).stat().st_size > 0
        assert name.rsplit('.', 1)[1] in CONTENT_TYPES
