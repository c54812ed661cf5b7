# SPDX-License-Identifier: MIT
"""Fetching models over real HTTP: the pinned files arrive whole, or nothing changes."""

import errno
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.perception.models import registry
from emotion_ros.perception.models.download import fetch
from emotion_ros.perception.models.registry import FOLDER_VARIABLE, find_model, verify_model
from model_server import ModelServer, serve_models, small_model

ONE = {'one.onnx': b'the right weights' * 1000}
TWO = {'config.json': b'{"a": 1}', 'weights.bin': b'many numbers' * 200_000}
NAMES = ['yunet', 'roberta']


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serve_models() as server:
        server.bodies = ONE | TWO
        yield server


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setitem(registry.EXTERNAL_MODELS, 'yunet', small_model(ONE))
    monkeypatch.setitem(registry.EXTERNAL_MODELS, 'roberta', small_model(TWO, 'two'))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / 'models'))
    return tmp_path / 'models'


def contents(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob('*') if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def older(name: str, folder: Path) -> dict[str, bytes]:
    """Put an older model there; return what the folder holds then."""
    model = registry.external_model(name)
    for path in model.paths(folder / model.entry):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'older')
    return contents(folder)


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('has_older', [False, True])
def test_promise_70_a_good_model_arrives(
    server: ModelServer, models: Path, name: str, has_older: bool
) -> None:
    assert find_model(name) is None
    if has_older:
        older(name, models)
    came: list[int] = []
    entry = fetch(name, opener=server.open, on_bytes=came.append)
    model = registry.external_model(name)
    assert entry == models / model.entry == find_model(name)
    verify_model(name, entry)
    assert len(contents(models)) == len(model.files)
    assert list(models.iterdir()) == [entry]
    assert {path.stat().st_mode & 0o777 for path in model.paths(entry)} == {0o644}
    assert sum(came) == model.size


def test_the_folder_can_be_named(server: ModelServer, tmp_path: Path) -> None:
    entry = fetch('yunet', tmp_path / 'new' / 'folder', server.open)
    assert entry == tmp_path / 'new' / 'folder' / 'one.onnx'


SPOILED = [
    ('absent', 'the server answers 404'),
    ('other', 'sha256 is .* expected'),
    ('long', 'sha256 is .* expected'),
    ('cut', 'the download broke off'),
]


@pytest.mark.parametrize(('how', 'message'), SPOILED)
@pytest.mark.parametrize(('name', 'file'), [('yunet', 'one.onnx'), ('roberta', 'weights.bin')])
@pytest.mark.parametrize('has_older', [False, True])
def test_anything_else_changes_nothing(
    server: ModelServer,
    models: Path,
    name: str,
    file: str,
    how: str,
    message: str,
    has_older: bool,
) -> None:
    body = server.bodies[file]
    damaged = {'other': body[::-1], 'long': body + b'!', 'cut': body}
    server.bodies = {key: b for key, b in server.bodies.items() if key != file}
    if how in damaged:
        server.bodies[file] = damaged[how]
    server.cut = {file} if how == 'cut' else set()
    before = older(name, models) if has_older else {}
    with pytest.raises(ModelError, match=message) as error:
        fetch(name, opener=server.open)
    assert '\n' not in str(error.value)
    assert f'https://example.org/{file}' in str(error.value)
    assert contents(models) == before
    assert len(list(models.iterdir())) == len(before and [1])


def test_no_network_is_one_line(models: Path) -> None:
    with socket.socket() as closed:
        closed.bind(('127.0.0.1', 0))
        url = f'http://127.0.0.1:{closed.getsockname()[1]}/'
    with pytest.raises(ModelError, match='cannot be reached: .*refused') as error:
        fetch('yunet', opener=lambda _, timeout: urlopen(url, timeout=timeout))
    assert '\n' not in str(error.value)
    assert contents(models) == {}


@pytest.mark.parametrize('name', NAMES)
def test_a_place_that_cannot_be_written(server: ModelServer, tmp_path: Path, name: str) -> None:
    (tmp_path / 'file').write_bytes(b'')
    for folder in (tmp_path / 'file', Path('/proc')):
        with pytest.raises(ConfigError, match='cannot be written: '):
            fetch(name, folder, server.open)
    assert contents(tmp_path) == {'file': b''}


@pytest.mark.parametrize('name', NAMES)
def test_a_full_disk_leaves_nothing(
    server: ModelServer, models: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    opener = Path.open

    def full(path: Path, mode: str = 'r', *more: object) -> object:
        if mode == 'ab':
            raise OSError(errno.ENOSPC, 'No space left on device')
        return opener(path, mode, *more)

    monkeypatch.setattr(Path, 'open', full)
    with pytest.raises(ConfigError, match='cannot be written: No space left on device'):
        fetch(name, opener=server.open)
    assert list(models.iterdir()) == []


@pytest.mark.parametrize('name', NAMES)
def test_an_interrupt_leaves_nothing(server: ModelServer, models: Path, name: str) -> None:
    before = older(name, models)

    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(name, opener=server.open, on_bytes=interrupt)
    assert contents(models) == before
    assert len(list(models.iterdir())) == 1
