# SPDX-License-Identifier: MIT
"""The command ``emotion-ros models``: what it prints and how it ends."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from emotion_ros.cli import models
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models import download
from emotion_ros.perception.models.registry import EXTERNAL_MODELS, FOLDER_VARIABLE
from model_server import ModelServer, serve_models, small_model
from tiny_models import face_onnx, save_face

ROOT = Path(__file__).parents[3]

# Fetches a model whose files are on the server named by the first argument.
FETCH = """
import sys
from emotion_ros.perception.models import registry
from emotion_ros.cli.main import main
files = tuple(
    registry.ExternalFile(name, f'{sys.argv[1]}/{name}', '0' * 64, 1000)
    for name in ('config.json', 'weights.bin')
)
registry.EXTERNAL_MODELS['roberta'] = registry.ExternalModel(files, 'free', 'two', 'us/two')
raise SystemExit(main(['models', 'fetch', 'roberta']))
"""


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The packaged face model by itself, and no stored models."""
    monkeypatch.setattr(models, 'packaged_weights', lambda: tmp_path)
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / 'models'))
    for name in ('face_emotion.json', 'face_emotion.onnx', 'fusion.json'):
        shutil.copy(packaged_weights() / name, tmp_path)
    return tmp_path


@pytest.fixture
def shelf() -> Iterator[ModelServer]:
    with serve_models() as shelf:
        yield shelf


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    models.add_arguments(parser)
    return models.run(parser.parse_args(words))


def test_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run('list') == 0
    out = capsys.readouterr().out
    assert f'version 1: {folder}/face_emotion.onnx' in out
    assert 'emotion-ros models fetch yunet' in out
    assert 'CC BY 4.0, Cardiff NLP, 502.4 MB: not here; emotion-ros models fetch roberta' in out
    (folder / 'models').mkdir()
    (folder / 'models' / EXTERNAL_MODELS['yunet'].entry).write_bytes(b'')
    run('list')
    assert f'MB: {folder}/models/face_detection_yunet' in capsys.readouterr().out


def test_verify_runs_the_model(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run('verify') == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith(f'intact   {folder}/face_emotion.json: demo/astronaut.jpg: Happy (')
    assert rest == ['absent   yunet', 'absent   roberta']


def test_verify_finds_other_bytes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / 'face_emotion.onnx').write_bytes(b'other weights')
    assert run('verify') == 1
    assert f'damaged  {folder}/face_emotion.onnx: sha256 is' in capsys.readouterr().out


def test_verify_finds_a_card_that_does_not_fit(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / 'face_emotion.json'
    card = json.loads(path.read_text())
    path.write_text(json.dumps(card | {'input': card['input'] | {'width': 64, 'height': 64}}))
    assert run('verify') == 1
    assert 'damaged  ' in capsys.readouterr().out


def test_verify_finds_a_model_with_wrong_output(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hash and card fit: only its output is wrong."""
    save_face(folder, face_onnx()).rename(folder / 'face_emotion.json')
    assert run('verify') == 1
    out = capsys.readouterr().out
    assert out.startswith(f'wrong    {folder}/face_emotion.json: demo/astronaut.jpg: ')
    assert ', expected Happy\n' in out


def test_verify_finds_a_damaged_stored_model(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / 'models').mkdir()
    (folder / 'models' / EXTERNAL_MODELS['yunet'].entry).write_bytes(b'half a mod')
    assert run('verify') == 1
    assert 'expected 8f2383e4' in capsys.readouterr().out


def test_verify_tries_a_stored_model(
    models_folder: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = EXTERNAL_MODELS['yunet'].entry
    (folder / 'models').mkdir()
    shutil.copy(models_folder / entry, folder / 'models' / entry)
    assert run('verify') == 0
    assert f'intact   {folder}/models/{entry}: demo/astronaut.jpg' in capsys.readouterr().out


def test_without_packaged_weights_nothing_is_damaged(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(models, 'packaged_weights', lambda: folder / 'absent')
    assert run('verify') == 0


def test_fetch_says_where_the_model_is_and_how_to_use_it(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    shelf: ModelServer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shelf.bodies = {'config.json': b'{}', 'weights.bin': b'numbers'}
    two = small_model(shelf.bodies, 'two', 'us/two')
    monkeypatch.setitem(EXTERNAL_MODELS, 'roberta', two)
    monkeypatch.setattr(models, 'fetch', partial(download.fetch, opener=shelf.open))
    handler = signal.getsignal(signal.SIGTERM)
    try:
        assert run('fetch', 'roberta') == 0
        assert run('fetch', 'roberta', '--to', str(folder / 'there')) == 0
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert capsys.readouterr().out.splitlines() == [
        f'roberta: {folder}/models/two',
        'use it with the parameter text_model: hf:us/two',
        f'roberta: {folder}/there/two',
        f'use it with the parameter text_model: hf:{folder}/there/two',
    ]


@pytest.mark.parametrize('stop', [signal.SIGINT, signal.SIGTERM])
def test_a_fetch_that_is_stopped_leaves_nothing(
    shelf: ModelServer, tmp_path: Path, stop: signal.Signals
) -> None:
    shelf.bodies = {'config.json': b'x' * 1000, 'weights.bin': b'x' * 1000}
    shelf.slow = {'config.json'}
    environment = {**os.environ, FOLDER_VARIABLE: str(tmp_path), 'PYTHONPATH': str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, '-c', FETCH, shelf.address],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert shelf.stalled.wait(30)
    process.send_signal(stop)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b'', b'')
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('words', [(), ('fetch',), ('fetch', 'mtcnn'), ('burn',)])
def test_wrong_words_end_with_usage(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        run(*words)
    assert end.value.code == 2
    assert 'usage' in capsys.readouterr().err
