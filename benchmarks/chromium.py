# SPDX-License-Identifier: MIT
"""A headless Chromium, driven over its DevTools protocol: for pictures, and for the tests."""

import asyncio
import base64
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import aiohttp

PROGRAM = shutil.which('chromium')
TIMEOUT_S = 30.0
POLL_S = 0.05
FLAGS = (
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-dev-shm-usage',
    '--disable-sync',
    '--hide-scrollbars',
    '--no-first-run',
    '--remote-debugging-port=0',
)


class BrowserError(Exception):
    """The browser did not do what it was asked, or the page complained."""


class Browser:
    """One page of a Chromium of its own; ``complaints`` are the errors on its console."""

    def __init__(self) -> None:
        if PROGRAM is None:
            raise BrowserError('there is no chromium on PATH')
        self.complaints: list[str] = []
        self._number = 0
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._process = subprocess.Popen(
            [PROGRAM, *FLAGS, f'--user-data-dir={self._folder.name}', 'about:blank'],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._connect())
        for domain in ('Page', 'Runtime', 'Log'):
            self.call(f'{domain}.enable')

    def open(self, url: str, width: int = 1024, height: int = 768, dark: bool = False) -> None:
        """Load a page in a window of this size, CSS px, in the light or the dark scheme."""
        size = {'width': width, 'height': height, 'deviceScaleFactor': 1, 'mobile': False}
        self.call('Emulation.setDeviceMetricsOverride', **size)
        self.choose_scheme(dark)
        self.call('Page.navigate', url=url)
        self.until('document.readyState === "complete"')

    def choose_scheme(self, dark: bool) -> None:
        """Change to the dark or the light scheme, as a system may at any time."""
        scheme = {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}
        self.call('Emulation.setEmulatedMedia', features=[scheme])

    def evaluate(self, script: str) -> Any:
        """Return the value of a JavaScript expression; BrowserError when it throws."""
        answer = self.call('Runtime.evaluate', expression=script, returnByValue=True)
        if 'exceptionDetails' in answer:
            raise BrowserError(f'{script}: {_words(answer["exceptionDetails"])}')
        return answer['result'].get('value')

    def until(self, script: str, between: Callable[[], object] = lambda: sleep(POLL_S)) -> Any:
        """Return the value of an expression as soon as it is true; BrowserError after a while."""
        deadline_s = monotonic() + TIMEOUT_S
        while not (value := self.evaluate(script)):
            if monotonic() > deadline_s:
                raise BrowserError(f'{script} did not come true; {self.complaints}')
            between()
        return value

    def press(self, key: str) -> None:
        """Press and release a key, such as ``Tab``, ``Enter``."""
        text = {'text': '\r'} if key == 'Enter' else {}
        self.call('Input.dispatchKeyEvent', type='keyDown', key=key, code=key, **text)
        self.call('Input.dispatchKeyEvent', type='keyUp', key=key, code=key)

    def screenshot(self, path: Path, height: int | None = None) -> None:
        """Write what the window shows, or the page's upper ``height`` px, as PNG."""
        clip = {}
        if height is not None:
            width = self.evaluate('innerWidth')
            area = {'x': 0, 'y': 0, 'width': width, 'height': height, 'scale': 1}
            clip = {'clip': area, 'captureBeyondViewport': True}
        answer = self.call('Page.captureScreenshot', format='png', **clip)
        path.write_bytes(base64.b64decode(answer['data']))

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return the answer to one command of the protocol."""
        return self._loop.run_until_complete(
            asyncio.wait_for(self._call(method, parameters), TIMEOUT_S)
        )

    def close(self) -> None:
        """End the browser and forget its profile."""
        self._loop.run_until_complete(self._session.close())
        self._loop.close()
        self._process.terminate()
        self._process.wait(TIMEOUT_S)
        self._folder.cleanup()

    def __enter__(self) -> 'Browser':
        """Return the browser."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _connect(self) -> None:
        port = await self._port()
        self._session = aiohttp.ClientSession()
        async with self._session.get(f'http://127.0.0.1:{port}/json/list') as answer:
            pages = await answer.json()
        page = next(page for page in pages if page['type'] == 'page')
        self._socket = await self._session.ws_connect(page['webSocketDebuggerUrl'], max_msg_size=0)

    async def _port(self) -> int:
        file = Path(self._folder.name) / 'DevToolsActivePort'
        deadline_s = monotonic() + TIMEOUT_S
        while not file.is_file() or not file.read_text().strip():
            if self._process.poll() is not None or monotonic() > deadline_s:
                raise BrowserError('chromium does not start')
            await asyncio.sleep(POLL_S)
        return int(file.read_text().split()[0])

    async def _call(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        number = self._number
        await self._socket.send_json({'id': number, 'method': method, 'params': parameters})
        while True:
            message = json.loads((await self._socket.receive()).data)
            self._note(message)
            if message.get('id') == number:
                if 'error' in message:
                    raise BrowserError(f'{method}: {message["error"]["message"]}')
                return dict(message['result'])

    def _note(self, message: dict[str, Any]) -> None:
        parameters = message.get('params', {})
        if message.get('method') == 'Runtime.exceptionThrown':
            self.complaints.append(_words(parameters['exceptionDetails']))
        elif message.get('method') == 'Log.entryAdded':
            entry = parameters['entry']
            if entry['level'] == 'error':
                self.complaints.append(entry['text'])


def _words(details: dict[str, Any]) -> str:
    return str(details.get('exception', {}).get('description', details.get('text')))
