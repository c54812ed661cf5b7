"""Fetching a model over real HTTP: the pinned file arrives whole, or nothing changes."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO
from urllib.request import urlopen

import pytest

from emotion_ros.core.errors import ConfigError, ModelError
from emotion_ros.inference import model_store
from emotion_ros.inference.model_store import (
    FOLDER_VARIABLE,
    STORED_MODELS,
    Opener,
    fetch,
    find_stored,
    model_folders,
    read_stored,
)

MODEL = b'the right weights' * 1000


class Shelf(BaseHTTPRequestHandler):
    """Serves /good, /wrong, /long, /cut; all else is 404."""

    def do_GET(self) -> None:
        bodies = {'/good': MODEL, '/wrong': MODEL[::-1], '/long': MODEL * 100, '/cut': MODEL[:99]}
        body = bodies.get(self.path)
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header('Content-Length', str(len(MODEL) if self.path == '/cut' else len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope='module')
def address() -> Iterator[str]:
    with ThreadingHTTPServer(('127.0.0.1', 0), Shelf) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f'http://127.0.0.1:{server.server_port}'
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def tiny_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tiny = replace(STORED_MODELS['yunet'], sha256=sha256(MODEL).hexdigest(), size=len(MODEL))
    monkeypatch.setitem(model_store.STORED_MODELS, 'yunet', tiny)
    monkeypatch.setenv('HOME', str(tmp_path / 'home'))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / 'models'))


def redirect(url: str) -> Opener:
    """An opener that opens ``url`` whatever it is asked for."""

    def open_instead(_: str, timeout: float) -> IO[bytes]:
        return urlopen(url, timeout=timeout)

    return open_instead


def test_promise_70_a_good_file_arrives(address: str, tmp_path: Path) -> None:
    assert find_stored('yunet') is None
    path = fetch('yunet', opener=redirect(f'{address}/good'))
    assert path == tmp_path / 'models' / STORED_MODELS['yunet'].file == find_stored('yunet')
    assert read_stored('yunet', path) == MODEL
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644


def test_the_folder_can_be_named(address: str, tmp_path: Path) -> None:
    path = fetch('yunet', tmp_path / 'new' / 'folder', redirect(f'{address}/good'))
    assert path.parent == tmp_path / 'new' / 'folder'


REFUSED = [
    ('/wrong', 'sha256 is .* expected'),
    ('/long', 'sha256 is .* expected'),
    ('/cut', 'broke off|sha256 is'),
    ('/absent', 'the server answers 404'),
]


@pytest.mark.parametrize(('page', 'complaint'), REFUSED)
@pytest.mark.parametrize('before', [None, b'an older file'])
def test_anything_else_changes_nothing(
    address: str, tmp_path: Path, page: str, complaint: str, before: bytes | None
) -> None:
    path = tmp_path / 'models' / STORED_MODELS['yunet'].file
    if before:
        path.parent.mkdir()
        path.write_bytes(before)
    with pytest.raises(ModelError, match=complaint) as error:
        fetch('yunet', opener=redirect(address + page))
    assert '\n' not in str(error.value)
    assert STORED_MODELS['yunet'].url in str(error.value)
    assert (path.read_bytes() if path.exists() else None) == before
    assert not path.parent.exists() or len(list(path.parent.iterdir())) <= 1


def test_no_network_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(('127.0.0.1', 0))
        url = f'http://127.0.0.1:{closed.getsockname()[1]}/'
    with pytest.raises(ModelError, match='cannot be reached: .*refused') as error:
        fetch('yunet', opener=redirect(url))
    assert '\n' not in str(error.value)


def test_a_place_that_cannot_be_written(address: str, tmp_path: Path) -> None:
    (tmp_path / 'file').write_bytes(b'')
    with pytest.raises(ModelError, match='cannot be written'):
        fetch('yunet', tmp_path / 'file', redirect(f'{address}/good'))


def test_only_known_names() -> None:
    with pytest.raises(ConfigError, match="'resnet' is not one of yunet"):
        fetch('resnet')


def test_the_chosen_folder_comes_before_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache = tmp_path / 'home' / '.cache' / 'emotion_ros'
    assert model_folders() == (tmp_path / 'models', cache)
    cache.mkdir(parents=True)
    (cache / STORED_MODELS['yunet'].file).write_bytes(MODEL)
    assert find_stored('yunet') == cache / STORED_MODELS['yunet'].file
    monkeypatch.delenv(FOLDER_VARIABLE)
    assert model_folders() == (cache,)


def test_addresses_are_encrypted_and_pinned() -> None:
    for model in STORED_MODELS.values():
        assert model.url.startswith('https://')
        assert '/main/' not in model.url
