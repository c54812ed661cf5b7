# SPDX-License-Identifier: MIT
"""Web server of the dashboard: its static files, one send-only websocket, and typed words."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, cast
from urllib.parse import SplitResult, urlsplit

from aiohttp import WSCloseCode, WSMsgType, web

from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.view.palette import style_sheet

MAX_CLIENTS = 64
MAX_MESSAGE_BYTES = 1024
MAX_WORDS_BYTES = 8192
HEARTBEAT_S = 5.0
CLOSE_TIMEOUT_S = 1.0
PAGE_FOLDER = Path(__file__).parent / 'page'
CONTENT_TYPES = {'': 'text/html', '.css': 'text/css', '.js': 'text/javascript'}
PAGES = {
    '/': 'dashboard.html',
    '/style.css': 'style.css',
    '/dashboard.css': 'dashboard.css',
    '/charts.js': 'charts.js',
    '/camera.js': 'camera.js',
    '/dashboard.js': 'dashboard.js',
}
PALETTE = '/palette.css'
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
    """Supplies the messages for the pages; called in the server's thread."""

    def hello_message(self) -> str:
        """Return the first message to a page, JSON."""
        ...

    def now_message(self) -> str:
        """Return the message with all current values, JSON."""
        ...

    def camera_jpeg(self) -> bytes | None:
        """Return the latest camera image as JPEG; None when it is not to be shown."""
        ...


class WebServer:
    """Serves the page at ``host``:``port`` and sends to all clients at ``rate`` Hz.

    A client that is still busy with one message when the next is due misses it: it gets the
    latest one when it is ready, and never delays the others. ConfigError when the address cannot
    be bound. ``on_words`` gets what is typed into a page; without it, none is accepted.
    """

    def __init__(
        self,
        host: str,
        port: int,
        rate: float,
        source: Source,
        on_words: Callable[[str], None] | None = None,
    ) -> None:
        self._socket = _listen(host, port)
        self._on_words = on_words
        self._period_s = 1.0 / rate
        self._source = source
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._clients: set[asyncio.Task[Any]] = set()
        self._latest: tuple[str, bytes | None] = ('', None)
        self._updated = asyncio.Condition()

    @property
    def url(self) -> str:
        """Address of the page."""
        host, port = self._socket.getsockname()[:2]
        return f'http://[{host}]:{port}/' if ':' in host else f'http://{host}:{port}/'

    @property
    def is_private(self) -> bool:
        """Whether only this machine can reach the page."""
        return ipaddress.ip_address(self._socket.getsockname()[0]).is_loopback

    @property
    def clients(self) -> int:
        """Number of open pages."""
        return len(self._clients)

    def run(self) -> None:
        """Serve until ``stop``; to be called once, in a separate thread."""
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    def stop(self) -> None:
        """Ask ``run`` to end; from any thread, at any time."""
        with suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def _serve(self) -> None:
        async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
            response.headers.update(HEADERS)

        application = web.Application(middlewares=[_check_origin], client_max_size=MAX_WORDS_BYTES)
        pages = {path: (PAGE_FOLDER / name).read_text('utf-8') for path, name in PAGES.items()}
        self._pages = {**pages, PALETTE: style_sheet()}
        for path in self._pages:
            application.router.add_get(path, self._on_page, allow_head=False)
        application.router.add_get('/live', self._on_client, allow_head=False)
        if self._on_words:
            application.router.add_post('/words', _words_handler(self._on_words))
        application.on_response_prepare.append(add_headers)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.SockSite(runner, self._socket).start()
        try:
            while not self._stopping.is_set():
                if self._clients:
                    async with self._updated:
                        self._latest = (self._source.now_message(), self._source.camera_jpeg())
                        self._updated.notify_all()
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), self._period_s)
        finally:
            for client in self._clients:
                client.cancel()
            await runner.cleanup()

    async def _on_page(self, request: web.Request) -> web.StreamResponse:
        content_type = CONTENT_TYPES[PurePosixPath(request.path).suffix]
        return web.Response(text=self._pages[request.path], content_type=content_type)

    async def _on_client(self, request: web.Request) -> web.StreamResponse:
        """Send until the client leaves; one that sends anything is disconnected."""
        if self.clients >= MAX_CLIENTS:
            raise web.HTTPServiceUnavailable(text=f'{MAX_CLIENTS} pages are open already')
        # aiohttp compresses in a task; when the sender is cancelled, its error is a traceback.
        client = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S,
            max_msg_size=MAX_MESSAGE_BYTES,
            timeout=CLOSE_TIMEOUT_S,
            compress=False,
        )
        this = cast('asyncio.Task[Any]', asyncio.current_task())
        self._clients.add(this)
        try:
            await client.prepare(request)
            sending = asyncio.ensure_future(self._send_updates(client))
            try:
                message = await client.receive()
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    await client.close(code=WSCloseCode.POLICY_VIOLATION, message=b'send-only')
            finally:
                sending.cancel()
        finally:
            self._clients.discard(this)
        return client

    async def _send_updates(self, client: web.WebSocketResponse) -> None:
        sent: bytes | None = None
        latest = self._latest
        with suppress(ConnectionError):
            await client.send_str(self._source.hello_message())
            while not client.closed:
                async with self._updated:
                    while self._latest is latest:  # Python 3.13 also wakes when a client leaves
                        await self._updated.wait()
                    latest = self._latest
                message, jpeg = latest
                await client.send_str(message)
                if jpeg is not None and jpeg is not sent:
                    await client.send_bytes(jpeg)
                sent = jpeg


def _words_handler(on_words: Callable[[str], None]) -> Handler:
    """Return a handler for typed words, UTF-8; only a page of this server may send them."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if 'Origin' not in request.headers:  # browsers name it; _check_origin compares it
            raise web.HTTPForbidden(text='only the page itself may send words')
        try:
            words = (await request.read()).decode().strip()
        except UnicodeDecodeError as error:
            raise web.HTTPBadRequest(text='the words are not UTF-8') from error
        if not words:
            raise web.HTTPBadRequest(text='there are no words')
        try:
            on_words(words)
        except InvalidInput as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.Response(status=web.HTTPAccepted.status_code)

    return answer


@web.middleware
async def _check_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 403 to requests that a page of another site makes (DNS rebinding, other origins)."""
    host = request.headers.get('Host', '')
    if not is_own_host(host):
        raise web.HTTPForbidden(
            text='unknown host name: use the IP address, localhost or the name of this machine'
        )
    origin = request.headers.get('Origin')
    if origin is not None and _parse_url(origin).netloc.lower() != host.lower():
        raise web.HTTPForbidden(text='requests from pages of another origin are refused')
    return await handler(request)


def is_own_host(host: str) -> bool:
    """Return whether a Host header is an IP address, localhost or the name of this machine.

    Another site can let its own name resolve to this machine (DNS rebinding), but then the
    browser sends that name.
    """
    name = (_parse_url(f'//{host}').hostname or '').lower()
    own = socket.gethostname().lower()
    if name in ('localhost', own, f'{own}.local'):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _parse_url(url: str) -> SplitResult:
    """Return the parts of a URL; all of them are empty when it is malformed."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit('')


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; ConfigError when the address cannot be bound."""
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = (error.strerror or str(error)).partition(' (while')[0]  # it repeats the address
        raise ConfigError(
            f'the dashboard cannot listen on {host}:{port}: {reason} (choose another host or port)'
        ) from error
