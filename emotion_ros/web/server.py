# SPDX-License-Identifier: MIT
"""The web server of the dashboard: five files, one websocket that only speaks, nothing else."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, WSMsgType, web

from emotion_ros.errors import ConfigError

MAX_CLIENTS = 64
MAX_MESSAGE_BYTES = 1024
HEARTBEAT_S = 5.0
CLOSE_TIMEOUT_S = 1.0
PAGE_FOLDER = Path(__file__).parent / 'page'
CONTENT_TYPES = {'html': 'text/html', 'css': 'text/css', 'js': 'text/javascript'}
PAGES = {
    '/': 'dashboard.html',
    '/style.css': 'style.css',
    '/dashboard.css': 'dashboard.css',
    '/charts.js': 'charts.js',
    '/dashboard.js': 'dashboard.js',
}
HEADERS = {
    'Content-Security-Policy': (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Source(Protocol):
    """What the pages are told; called in the server's thread."""

    def hello(self) -> str:
        """Return the first message to a page."""
        ...

    def now(self) -> str:
        """Return the message that says how everything is."""
        ...

    def picture(self) -> bytes | None:
        """Return the latest camera image as JPEG; None when it is not to be shown."""
        ...


class WebServer:
    """Serves the page at ``host``:``port`` and tells all of its clients ``rate`` times a second.

    What a client has not read when the next message is due, it never gets: the latest wins, and
    nobody waits for a slow one. ConfigError when the address cannot be had.
    """

    def __init__(self, host: str, port: int, rate: float, source: Source) -> None:
        self._socket = _listen(host, port)
        self._period_s = 1.0 / rate
        self._source = source
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._clients: set[asyncio.Task[Any]] = set()
        self._latest: tuple[str, bytes | None] = ('', None)
        self._told = asyncio.Condition()

    @property
    def url(self) -> str:
        """Where to look."""
        host, port = self._socket.getsockname()[:2]
        return f'http://[{host}]:{port}/' if ':' in host else f'http://{host}:{port}/'

    @property
    def is_private(self) -> bool:
        """Whether only this machine can look."""
        return ipaddress.ip_address(self._socket.getsockname()[0]).is_loopback

    @property
    def clients(self) -> int:
        """How many pages are open."""
        return len(self._clients)

    def run(self) -> None:
        """Serve until ``stop``; to be called once, in a thread of its own."""
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def stop(self) -> None:
        """Ask ``run`` to end; from any thread, at any time."""
        with suppress(RuntimeError):  # it has ended by itself
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def _serve(self) -> None:
        runner = web.AppRunner(self._application(), access_log=None)
        await runner.setup()
        await web.SockSite(runner, self._socket).start()
        try:
            while not self._stopping.is_set():
                await self._tell()
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), self._period_s)
        finally:
            for client in self._clients:
                client.cancel()
            await runner.cleanup()

    async def _tell(self) -> None:
        """Leave the newest for everybody who is ready for it."""
        if not self._clients:
            return
        async with self._told:
            self._latest = (self._source.now(), self._source.picture())
            self._told.notify_all()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[_only_ours])
        for path, name in PAGES.items():
            application.router.add_get(path, _page(name), allow_head=False)
        application.router.add_get('/live', self._on_client, allow_head=False)
        application.on_response_prepare.append(_add_headers)
        return application

    async def _on_client(self, request: web.Request) -> web.StreamResponse:
        if self.clients >= MAX_CLIENTS:
            raise web.HTTPServiceUnavailable(text=f'{MAX_CLIENTS} pages are open already')
        client = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, max_msg_size=MAX_MESSAGE_BYTES, timeout=CLOSE_TIMEOUT_S
        )
        this = cast('asyncio.Task[Any]', asyncio.current_task())
        self._clients.add(this)
        try:
            await client.prepare(request)
            await self._serve_client(client)
        finally:
            self._clients.discard(this)
        return client

    async def _serve_client(self, client: web.WebSocketResponse) -> None:
        speaking = asyncio.ensure_future(self._speak_to(client))
        try:
            await _listen_to(client)
        finally:
            speaking.cancel()

    async def _speak_to(self, client: web.WebSocketResponse) -> None:
        shown: bytes | None = None
        with suppress(ConnectionError):
            await client.send_str(self._source.hello())
            while not client.closed:
                async with self._told:
                    await self._told.wait()
                    message, picture = self._latest
                await client.send_str(message)
                if picture is not None and picture is not shown:
                    await client.send_bytes(picture)
                shown = picture


async def _listen_to(client: web.WebSocketResponse) -> None:
    """Return when the client has left; one that says something is shown out."""
    message = await client.receive()
    if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
        await client.close(code=WSCloseCode.POLICY_VIOLATION, message=b'only listen here')


def _page(name: str) -> Handler:
    """Return what answers with a file of ``page/``."""
    text = (PAGE_FOLDER / name).read_text(encoding='utf-8')
    kind = CONTENT_TYPES[name.rsplit('.', 1)[-1]]

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=kind)

    return answer


@web.middleware
async def _only_ours(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a foreign page in somebody's browser would send (DNS rebinding)."""
    host = request.headers.get('Host', '')
    if not is_own_name(host):
        raise web.HTTPForbidden(text='open this page by its address, not by another name')
    origin = request.headers.get('Origin')
    if origin is not None and _network_place(origin) != host.lower():
        raise web.HTTPForbidden(text='another page has no business here')
    return await handler(request)


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


def is_own_name(host: str) -> bool:
    """Return whether a Host header is an address, localhost or the name of this machine.

    A foreign site can make its own name point here, but it cannot make the browser say one of
    these.
    """
    name = _host_name(host)
    own = socket.gethostname().lower()
    if name in ('localhost', own, f'{own}.local'):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f'//{host}').hostname or '').lower()
    except ValueError:
        return ''


def _network_place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ''


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; ConfigError when that cannot be."""
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(
            f'the dashboard cannot listen on {host}:{port}: {reason} '
            '(choose other values of the parameters host and port)'
        ) from error
