# SPDX-License-Identifier: MIT
"""A web server on this machine that hands out small models, well or badly."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO
from urllib.request import urlopen

from emotion_ros.perception.models.registry import ExternalFile, ExternalModel


@dataclass
class ModelServer:
    """What is served under which name; ``stalled`` is set when a slow answer has begun."""

    address: str
    bodies: dict[str, bytes] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    stalled: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def open(self, url: str, timeout: float) -> IO[bytes]:
        """Open a file of this name here, wherever ``url`` says that it is."""
        return urlopen(f'{self.address}/{url.rpartition("/")[2]}', timeout=timeout)


@contextmanager
def serve_models() -> Iterator[ModelServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition('/')[2]
            body = models.bodies.get(name)
            if body is None:
                self.send_error(404)
                return
            half = body[: len(body) // 2]
            self.send_response(200)
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(half)
            if name in models.slow:
                self.wfile.flush()
                models.stalled.set()
                models.released.wait(30)
            if name not in models.cut | models.slow:
                self.wfile.write(body[len(half) :])

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(('127.0.0.1', 0), Handler) as server:
        models = ModelServer(f'http://127.0.0.1:{server.server_port}')
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield models
        models.released.set()
        server.shutdown()
        thread.join()


def small_model(bodies: dict[str, bytes], folder: str = '', hub_name: str = '') -> ExternalModel:
    """Return the entry for a model with these files."""
    files = tuple(
        ExternalFile(name, f'https://example.org/{name}', sha256(body).hexdigest(), len(body))
        for name, body in bodies.items()
    )
    return ExternalModel(files, 'free', folder, hub_name)
