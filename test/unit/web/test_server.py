# SPDX-License-Identifier: MIT
"""Host names under which the page may be requested, and pages that are closed at any time."""

import asyncio
import gc
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from threading import Thread

import aiohttp
import pytest

from emotion_ros.web.server import (
    CONTENT_TYPES,
    MAX_WORDS_BYTES,
    PAGE_FOLDER,
    PAGES,
    WebServer,
    is_own_host,
)
from page_clients import PageClients

OWN = socket.gethostname()
VISITS = 20


class LargeMessages:
    """Messages that take so long to write that most pages are closed in the middle of one."""

    message = '{"text": "' + ''.join(f'{n:x}' for n in range(400_000)) + '"}'

    def hello_message(self) -> str:
        return self.message

    def now_message(self) -> str:
        return self.message

    def camera_jpeg(self) -> bytes | None:
        return None


@pytest.fixture
def words() -> list[str]:
    return []


@contextmanager
def running(*on_words: Callable[[str], None]) -> Iterator[WebServer]:
    server = WebServer('127.0.0.1', 0, 30.0, LargeMessages(), *on_words)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(20.0)
    assert not thread.is_alive()


@pytest.fixture
def server(words) -> Iterator[WebServer]:
    with running(words.append) as server:
        yield server


async def leave_in_the_middle(url: str, after_s: float) -> None:
    """Open the page's websocket, with compression as browsers do, and cut the connection."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f'{url}live', compress=15, max_msg_size=0) as page,
    ):
        await asyncio.sleep(after_s)
        page._response.connection.transport.abort()


def test_pages_that_are_closed_while_a_message_is_sent_leave_no_error_in_the_log(server, caplog):
    async def visit() -> None:
        for n in range(VISITS):
            await leave_in_the_middle(server.url, n * 0.002)
        while server.clients:
            await asyncio.sleep(0.01)

    with caplog.at_level(logging.WARNING):
        asyncio.run(visit())
        server.stop()
        gc.collect()
    assert [record.getMessage() for record in caplog.records] == []


@pytest.fixture
def clients() -> Iterator[PageClients]:
    clients = PageClients()
    yield clients
    clients.close()


WORDS = [
    (b'I am glad. ', {}, 202, ''),
    ('grüß dich 🙂'.encode(), {}, 202, ''),
    (b'x' * MAX_WORDS_BYTES, {}, 202, ''),
    (b'', {}, 400, 'there are no words'),
    (b' \n', {}, 400, 'there are no words'),
    (b'\xff', {}, 400, 'the words are not UTF-8'),
    (b'x' * (MAX_WORDS_BYTES + 1), {}, 413, 'Maximum request body size'),
    (b'hi', {'Origin': ''}, 403, 'another origin'),
    (b'hi', {'Origin': 'null'}, 403, 'another origin'),
    (b'hi', {'Origin': 'http://evil.example'}, 403, 'another origin'),
    (b'hi', {'Host': 'evil.example', 'Origin': 'http://evil.example'}, 403, 'unknown host'),
]


@pytest.mark.parametrize(('body', 'headers', 'status', 'text'), WORDS)
def test_only_the_page_itself_may_send_words(server, words, clients, body, headers, status, text):
    own = {'Origin': server.url.rstrip('/')}
    answer = clients.post(f'{server.url}words', body, **{**own, **headers})
    assert answer[0] == status
    assert text in answer[1]
    assert words == ([body.decode().strip()] if status == 202 else [])


def test_words_without_an_origin_are_refused(server, words, clients):
    status, text = clients.post(f'{server.url}words', b'hi')
    assert (status, text, words) == (403, 'only the page itself may send words', [])


def test_a_server_that_takes_no_words_has_no_place_for_them(clients):
    with running() as server:
        assert clients.get(f'{server.url}words')[0] == 404


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
    for path, name in PAGES.items():
        assert (PAGE_FOLDER / name).stat().st_size > 0
        assert PurePosixPath(path).suffix in CONTENT_TYPES
