# SPDX-License-Identifier: MIT
"""Third-party models: where they are searched, and that their hashes are checked."""

import re
from pathlib import Path

import pytest

from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.perception.models import registry
from emotion_ros.perception.models.registry import (
    EXTERNAL_MODELS,
    FOLDER_VARIABLE,
    external_model,
    find_model,
    model_folders,
    read_model,
    registered_name,
    verify_model,
)
from model_server import small_model

ONE = {'one.onnx': b'the right weights'}
TWO = {'config.json': b'{}', 'weights.bin': b'many numbers'}


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Two small models under the usual names, and an empty place for them."""
    monkeypatch.setitem(registry.EXTERNAL_MODELS, 'yunet', small_model(ONE))
    monkeypatch.setitem(registry.EXTERNAL_MODELS, 'roberta', small_model(TWO, 'two', 'us/two'))
    monkeypatch.setenv('HOME', str(tmp_path / 'home'))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / 'models'))
    return tmp_path / 'models'


def put(folder: Path, bodies: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in bodies.items():
        (folder / name).write_bytes(body)
    return folder


def test_a_model_is_there_when_all_its_files_are(models: Path) -> None:
    assert [find_model(name) for name in EXTERNAL_MODELS] == [None, None]
    put(models, ONE)
    put(models / 'two', {'config.json': b'{}'})
    assert [find_model(name) for name in EXTERNAL_MODELS] == [models / 'one.onnx', None]
    put(models / 'two', TWO)
    assert find_model('roberta') == models / 'two'


@pytest.mark.parametrize(('name', 'bodies'), [('yunet', ONE), ('roberta', TWO)])
def test_only_the_pinned_bytes_are_accepted(
    models: Path, name: str, bodies: dict[str, bytes]
) -> None:
    put(models, ONE)
    put(models / 'two', TWO)
    entry = find_model(name)
    assert entry
    verify_model(name, entry)
    for path in external_model(name).paths(entry):
        whole = path.read_bytes()
        path.write_bytes(whole[:-1])
        with pytest.raises(ModelError, match=f'^{re.escape(str(path))}: sha256 is .* expected'):
            verify_model(name, entry)
        path.unlink()
        with pytest.raises(ModelError, match='cannot be read: No such file'):
            verify_model(name, entry)
        path.write_bytes(whole)


def test_a_file_is_read_and_checked_in_one_step(models: Path) -> None:
    path = put(models, ONE) / 'one.onnx'
    assert read_model('yunet', path) == b'the right weights'
    path.write_bytes(b'the wrong weights')
    with pytest.raises(ModelError, match='sha256 is'):
        read_model('yunet', path)


def test_only_known_names() -> None:
    with pytest.raises(ConfigError, match="'resnet' is not one of yunet, roberta"):
        external_model('resnet')
    assert [registered_name(name) for name in ('', 'us/three', 'us/two')] == ['', '', 'roberta']


def test_the_chosen_folder_comes_before_the_cache(
    monkeypatch: pytest.MonkeyPatch, models: Path, tmp_path: Path
) -> None:
    cache = tmp_path / 'home' / '.cache' / 'emotion_ros'
    assert model_folders() == (models, cache)
    put(cache, ONE)
    assert find_model('yunet') == cache / 'one.onnx'
    put(models, ONE)
    assert find_model('yunet') == models / 'one.onnx'
    monkeypatch.delenv(FOLDER_VARIABLE)
    assert model_folders() == (cache,)


def test_addresses_are_encrypted_and_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    files = [file for model in EXTERNAL_MODELS.values() for file in model.files]
    assert len(files) == 6
    for file in files:
        assert re.match(r'https://[^/]+/.*/[0-9a-f]{40}/', file.url), file.url
        assert file.url.endswith(f'/{file.name}')
        assert re.fullmatch('[0-9a-f]{64}', file.sha256)
        assert file.size > 0
    assert all(model.licence for model in EXTERNAL_MODELS.values())
