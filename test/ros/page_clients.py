# SPDX-License-Identifier: MIT
"""Clients of the dashboard: real HTTP and websocket connections in a separate thread."""

import asyncio
import json
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Any
from urllib.parse import urlsplit

import aiohttp

TIMEOUT_S = 20.0
HANDSHAKE = (
    b'GET /live HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'
)


def reject_constant(word: str) -> Any:
    """Reject NaN and Infinity, which are not JSON."""
    raise ValueError(word)


class PageClient:
    """An open page: the messages and images received, and the close code of its websocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.messages: list[dict[str, Any]] = []
        self.images: list[bytes] = []
        self.code: int | None = None
        self._received = Condition()

    async def listen(self) -> None:
        """Receive until the connection ends."""
        async for message in self.socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.messages.append(json.loads(message.data, parse_constant=reject_constant))
            elif message.type is aiohttp.WSMsgType.BINARY:
                self.images.append(message.data)
            with self._received:
                self._received.notify_all()
        self.code = self.socket.close_code

    def until(self, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Return the first newest message for which ``holds`` is true."""
        with self._received:
            assert self._received.wait_for(lambda: self.now and holds(self.now), TIMEOUT_S)
            return self.now

    @property
    def now(self) -> dict[str, Any]:
        """The newest message; an empty one before the first."""
        last = self.messages[-1] if self.messages else {}
        return last if last.get('kind') == 'now' else {}


class PageClients:
    """All open pages; ``close`` ends their connections."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._session = self.wait(self._open_session())
        self._listening: list[asyncio.Task[None]] = []

    def wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Return what a coroutine returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(TIMEOUT_S)

    def get(self, url: str, method: str = 'GET', **headers: str) -> tuple[int, Any, str]:
        """Return status, headers and text of an answer; ``_`` in a name stands for ``-``."""
        return self.wait(self._get(url, method, _dashed(headers)))

    def post(self, url: str, body: bytes, **headers: str) -> tuple[int, str]:
        """Send a body to ``url``; return status and text of the answer."""
        return self.wait(self._post(url, body, _dashed(headers)))

    def open(self, url: str, **headers: str) -> PageClient:
        """Open the page's websocket and listen to it."""
        return self.wait(self._open(f'{url}live', _dashed(headers)))

    def send(self, client: PageClient, message: str | bytes) -> None:
        """Send something to the server, which accepts no messages."""
        send = client.socket.send_bytes if isinstance(message, bytes) else client.socket.send_str
        self.wait(send(message))

    def close(self) -> None:
        """Close all connections."""
        self.wait(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT_S)
        self._loop.close()

    async def _open_session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    async def _get(self, url: str, method: str, headers: dict[str, str]) -> tuple[int, Any, str]:
        async with self._session.request(method, url, headers=headers) as answer:
            return answer.status, answer.headers, await answer.text()

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        async with self._session.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def _open(self, url: str, headers: dict[str, str]) -> PageClient:
        client = PageClient(await self._session.ws_connect(url, headers=headers, max_msg_size=0))
        self._listening.append(asyncio.ensure_future(client.listen()))
        return client

    async def _close(self) -> None:
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)
        await self._session.close()


def connection_to(url: str) -> socket.socket:
    """Return a bare TCP connection to the server of this page."""
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), TIMEOUT_S)


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """Open the websocket by hand; what is not read from it stays unread."""
    with connection_to(url) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.sendall(HANDSHAKE % urlsplit(url).netloc.encode())
        yield wire


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace('_', '-'): value for name, value in headers.items()}
