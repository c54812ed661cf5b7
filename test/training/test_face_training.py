"""Train one step, export, evaluate: the whole face command line on random faces."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.errors import ModelError
from emotion_ros.inference.model_card import load_card
from training.face import evaluate

pytest.importorskip('torch', reason='training needs torch')

from training import checkpoint
from training.face import export, train
from training.face.network import FaceNetwork

TINY = ['--width', '8', '--batch', '14', '--threads', '1', '--small-share', '0.5']


@pytest.fixture(scope='module')
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two faces per class and usage: noise around a brightness of its own."""
    rng = np.random.default_rng(0)
    rows = []
    for usage in ('Training', 'PublicTest'):
        for i, name in enumerate(EMOTIONS * 2):
            face = rng.integers(i * 30, i * 30 + 60, (48, 48)).clip(0, 255).astype(np.uint8)
            votes = [float(i == 3) * 10] + [0.0] * 8 + [10.0 if i == 5 else 0.0]
            image = cv2.imencode('.png', face)[1].tobytes()
            rows.append({'image': image, 'emotion': name, 'usage': usage, 'ferplus_votes': votes})
    path = tmp_path_factory.mktemp('faces') / 'faces.parquet'
    pd.DataFrame(rows).to_parquet(path)
    return path


@pytest.fixture(scope='module')
def run_folder(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp('run')
    train.main(['--data', str(data), '--out', str(out), '--epochs', '1', *TINY])
    return out


@pytest.fixture(scope='module')
def weights(data: Path, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp('weights') / 'face_emotion.onnx'
    source = run_folder / 'best.safetensors'
    export.main(['--checkpoint', str(source), '--data', str(data), '--out', str(out)])
    return out


def test_card_tells_where_the_weights_come_from(weights: Path) -> None:
    card = load_card(weights)
    assert card.training['settings']['stem_stride'] == 2
    assert '--width 8' in card.training['command']
    assert [m['name'] for m in card.metrics] == list(export.REPORTED)


def test_evaluate_prints_one_json_object(weights: Path, data: Path, capsys) -> None:
    for tta in evaluate.VIEWS:
        command = ['--weights', str(weights), '--data', str(data), '--usage', 'PublicTest']
        evaluate.main([*command, '--tta', tta, '--json'])
        figures = json.loads(capsys.readouterr().out)
        assert figures['n'] == 14
        assert np.sum(figures['confusion']) == 14
        assert set(figures) >= {'accuracy', 'macro_f1', 'mean_class_accuracy', 'ece15', 'nll'}


def test_evaluate_imports_no_torch(weights: Path, data: Path) -> None:
    code = 'import sys; from training.face import evaluate; assert "torch" not in sys.modules'
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_resume_gives_what_one_run_gives(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = ['--data', str(data), '--epochs', '2', *TINY]
    train.main([*two, '--out', str(tmp_path / 'whole')])
    monkeypatch.setattr(train, 'log_line', interrupt)
    with pytest.raises(KeyboardInterrupt):
        train.main([*two, '--out', str(tmp_path / 'parts')])
    monkeypatch.undo()
    train.main([*two, '--out', str(tmp_path / 'parts'), '--resume'])
    whole, parts = (checkpoint.load(tmp_path / n / 'last.safetensors') for n in ('whole', 'parts'))
    assert parts[1]['step'] == whole[1]['step'] == 2
    assert all(parts[0][k].equal(whole[0][k]) for k in whole[0])


def interrupt(*_: object) -> None:
    """Ctrl-C at the end of the first epoch."""
    raise KeyboardInterrupt


def test_init_from_another_shape_names_the_tensor(data: Path, run_folder: Path) -> None:
    source = run_folder / 'best.safetensors'
    with pytest.raises(ModelError, match=r'best\.safetensors: .* this network needs'):
        train.main(['--data', str(data), '--init-from', str(source), '--width', '16'])


def test_file_that_is_no_checkpoint(data: Path, tmp_path: Path) -> None:
    (tmp_path / 'best.safetensors').write_bytes(b'hello')
    with pytest.raises(ModelError, match='not a checkpoint'):
        export.export(tmp_path / 'best.safetensors', data, tmp_path / 'face_emotion.onnx')


def test_export_fails_when_onnx_disagrees(data: Path, weights: Path) -> None:
    faces = train.load_faces(data, 'PublicTest')
    other = FaceNetwork(width=8).build()
    with pytest.raises(ModelError, match='differ by'):
        export.check_onnx(other, weights, faces, 100.0, 50.0)


def test_model_with_eight_outputs(weights: Path, data: Path, tmp_path: Path) -> None:
    import torch

    network = FaceNetwork(width=8).build()
    network.head[-1] = torch.nn.Linear(64, 8)
    export.write_onnx(network, tmp_path / 'face_emotion.onnx')
    page = json.loads(weights.with_suffix('.json').read_text())
    page['sha256'] = export.card.file_sha256(tmp_path / 'face_emotion.onnx')
    (tmp_path / 'face_emotion.json').write_text(json.dumps(page))
    with pytest.raises(ModelError, match='8'):
        evaluate.main(['--weights', str(tmp_path / 'face_emotion.onnx'), '--data', str(data)])


@pytest.mark.parametrize(('step', 'expected'), [(0, 0.25), (3, 1.0), (39, 0.0)])
def test_learning_rate_rises_and_falls_to_zero(step: int, expected: float) -> None:
    recipe = train.Recipe(lr=1.0, warmup=0.1)
    assert train.learning_rate(step, 40, recipe) == pytest.approx(expected, abs=1e-6)


def test_targets_mix_votes_by_trust(data: Path) -> None:
    faces = train.load_faces(data, 'Training')
    targets = train.soft_targets(faces, train.Recipe(votes_mix=0.5, smoothing=0.0))
    neutral = EMOTIONS.index('neutral')
    assert targets[3, [3, neutral]].tolist() == [0.5, 0.5]
    assert targets[0].tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert len(train.without_non_faces(faces)) == len(faces)
