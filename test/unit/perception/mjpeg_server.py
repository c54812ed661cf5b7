# SPDX-License-Identifier: MIT
"""A network camera: a local HTTP server of Motion JPEG, as phone apps and IP cameras have it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

PERIOD_S = 0.02


class MjpegServer(ThreadingHTTPServer):
    """Sends one JPEG over and over to every client, until ``stopped``; ``url`` is its address."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, jpeg: bytes, port: int = 0) -> None:
        super().__init__(('127.0.0.1', port), _Camera)
        self.jpeg = jpeg
        self.stopped = Event()
        self.url = f'http://127.0.0.1:{self.server_address[1]}/video?key=secret'


class _Camera(BaseHTTPRequestHandler):
    server: MjpegServer

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header('Content-Type', 'multipart/x-mixed-replace; boundary=frame')
        self.end_headers()
        head = f'--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(self.server.jpeg)}'
        with suppress(ConnectionError):
            while not self.server.stopped.wait(PERIOD_S):
                self.wfile.write(f'{head}\r\n\r\n'.encode() + self.server.jpeg + b'\r\n')

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def mjpeg_server(jpeg: bytes, port: int = 0) -> Iterator[MjpegServer]:
    """Serve this JPEG until the end of the block."""
    server = MjpegServer(jpeg, port)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
