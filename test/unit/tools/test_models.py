"""The command ``emotion-ros models``: what it prints and how it ends."""

import argparse
import json
from hashlib import sha256
from pathlib import Path

import pytest

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.inference.model_store import FOLDER_VARIABLE, STORED_MODELS
from emotion_ros.tools import models

CARD = {
    'task': 'face_emotion',
    'file': 'face_emotion.onnx',
    'sha256': sha256(b'weights').hexdigest(),
    'version': '7',
    'input': {
        'name': 'image',
        'width': 48,
        'height': 48,
        'colour': 'gray',
        'mean': [127],
        'std': [64],
    },
    'outputs': [{'name': 'emotion', 'labels': list(EMOTIONS), 'temperature': 1.0}],
    'training': {},
    'metrics': [],
}


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Packaged weights of one small face model, and no stored models."""
    monkeypatch.setattr(models, 'packaged_weights', lambda: tmp_path)
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / 'models'))
    (tmp_path / 'face_emotion.json').write_text(json.dumps(CARD))
    (tmp_path / 'face_emotion.onnx').write_bytes(b'weights')
    (tmp_path / 'fusion.json').write_text('{}')
    return tmp_path


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    models.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(['models', *words])
    return int(args.run(args))


def test_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run('list') == 0
    out = capsys.readouterr().out
    assert f'version 7: {folder}/face_emotion.onnx' in out
    assert 'emotion-ros models fetch yunet' in out
    (folder / 'models').mkdir()
    (folder / 'models' / STORED_MODELS['yunet'].file).write_bytes(b'')
    run('list')
    assert f'MB: {folder}/models/face_detection_yunet' in capsys.readouterr().out


def test_verify(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run('verify') == 0
    assert capsys.readouterr().out == f'intact   {folder}/face_emotion.json\nabsent   yunet\n'
    (folder / 'face_emotion.onnx').write_bytes(b'other weights')
    assert run('verify') == 1
    assert f'damaged  {folder}/face_emotion.onnx: sha256 is' in capsys.readouterr().out


def test_verify_finds_a_damaged_stored_model(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / 'models').mkdir()
    (folder / 'models' / STORED_MODELS['yunet'].file).write_bytes(b'half a mod')
    assert run('verify') == 1
    assert 'expected 8f2383e4' in capsys.readouterr().out


def test_without_packaged_weights_nothing_is_damaged(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(models, 'packaged_weights', lambda: folder / 'absent')
    assert run('verify') == 0


def test_fetch_puts_the_file_where_it_is_told(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, 'fetch', lambda name, to: Path(to) / name)
    assert run('fetch', 'yunet', '--to', str(folder)) == 0
    assert capsys.readouterr().out == f'yunet: {folder}/yunet\n'


@pytest.mark.parametrize('words', [(), ('fetch',), ('fetch', 'mtcnn'), ('burn',)])
def test_wrong_words_end_with_usage(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        run(*words)
    assert end.value.code == 2
    assert 'usage' in capsys.readouterr().err
