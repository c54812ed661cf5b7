# SPDX-License-Identifier: MIT
"""Train one step, export, evaluate: the whole face command line on random faces."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.perception.models.card import load_card
from training.face import evaluate

pytest.importorskip('torch', reason='training needs torch')

from emotion_ros.perception.models.onnx_session import open_session
from face_samples import TINY, write_faces
from training import calibrate, checkpoint, provenance
from training.card import file_sha256
from training.face import export, recalibrate, train
from training.face.network import FaceNetwork, load_network, logits_of
from training.run_log import progress

CONTRACT = {
    'n', 'accuracy', 'macro_f1', 'mean_class_accuracy', 'ece15', 'nll', 'confusion',
    'latency_ms_median',
}  # fmt: skip


@pytest.fixture(scope='module')
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_faces(tmp_path_factory.mktemp('faces'))


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
    assert [m['name'] for m in card.metrics] == [
        *recalibrate.REPORTED,
        *recalibrate.REPORTED,
        'accuracy_cross_fitted',
    ]


def test_card_tells_the_truth_about_data_and_licence(weights: Path) -> None:
    card = load_card(weights)
    assert card.training['data'] == [
        'faces.parquet: 14 faces, 1 of them with FER+ votes (terms not known to the training)'
    ]
    assert 'not known' in str(card.training['licence'])
    assert str(card.training['command']).endswith('--data faces.parquet')


def test_known_data_and_initial_weights_are_named(
    data: Path, run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(provenance.KNOWN, file_sha256(data), 'Known Faces (MIT)')
    source = run_folder / 'best.safetensors'
    options = ['--data', str(data), '--out', str(tmp_path), '--init-from', str(source)]
    train.main([*options, '--epochs', '1', *TINY])
    about = checkpoint.load(tmp_path / 'best.safetensors')[1]
    known = 'Known Faces (MIT): 14 faces, 1 of them with FER+ votes'
    assert about['data'] == [known, *checkpoint.load(source)[1]['data']]
    assert provenance.licence([known]) == provenance.KNOWN_LICENCE
    assert provenance.data_on_card({})['licence'] == provenance.UNKNOWN_LICENCE


def test_calibration_is_in_the_network_and_on_the_card(
    weights: Path, run_folder: Path, data: Path
) -> None:
    network, about = load_network(run_folder / 'best.safetensors')
    images = train.load_faces(data, 'PublicTest').images
    plain = logits_of(network, images, about['mean'], about['std'])
    plain -= plain.mean(axis=1, keepdims=True)
    told = load_card(weights).training['vector_scaling']
    scale, bias = ([told[key][name] for name in EMOTIONS] for key in ('scale', 'bias'))
    assert np.ptp(scale) > 0.01 < np.abs(bias).max()
    shipped = shipped_logits(weights, images, about)
    np.testing.assert_allclose(shipped, plain * scale + bias, atol=2e-3)
    assert 'neutral' in told['why']


def test_recalibration_of_calibrated_weights_changes_nothing(
    weights: Path, data: Path, tmp_path: Path, run_folder: Path
) -> None:
    copies = [shutil.copy(weights.with_suffix(s), tmp_path) for s in ('.onnx', '.json')]
    before = json.loads(Path(copies[1]).read_text())
    recalibrate.main(['--weights', str(copies[0]), '--data', str(data)])
    after = json.loads(Path(copies[1]).read_text())
    about = load_network(run_folder / 'best.safetensors')[1]
    images = train.load_faces(data, 'PublicTest').images
    old, new = (shipped_logits(Path(path), images, about) for path in (weights, copies[0]))
    np.testing.assert_allclose(new, old, atol=5e-3)
    assert [m['name'] for m in after['metrics']] == [m['name'] for m in before['metrics']]
    assert {m['split'] for m in after['metrics']} == {
        'PublicTest of faces.parquet',
        'PublicTest of faces.parquet, with the mirror image',
    }


def test_weights_without_a_dense_layer_cannot_be_calibrated() -> None:
    unscaled = calibrate.Calibration(1.0)
    with pytest.raises(ModelError, match='no dense layer'):
        recalibrate.with_scaling(onnx.ModelProto(), unscaled, unscaled)


def shipped_logits(weights: Path, images: np.ndarray, about: dict[str, Any]) -> np.ndarray:
    """Output of an ONNX file."""
    tensor = ((images[:, None] - about['mean']) / about['std']).astype(np.float32)
    (logits,) = open_session(weights.read_bytes(), weights).run(None, {'image': tensor})
    return np.asarray(logits)


def test_evaluate_prints_one_json_object(weights: Path, data: Path, capsys) -> None:
    for tta in evaluate.VIEWS:
        command = ['--weights', str(weights), '--data', str(data), '--usage', 'PublicTest']
        evaluate.main([*command, '--tta', tta, '--json'])
        figures = json.loads(capsys.readouterr().out)
        assert figures['n'] == 14
        assert np.sum(figures['confusion']) == 14
        assert set(figures) == CONTRACT


def test_evaluate_leaves_out_duplicates_and_writes_a_report(
    weights: Path, data: Path, tmp_path: Path, capsys
) -> None:
    pytest.importorskip('matplotlib')
    command = ['--weights', str(weights), '--data', str(data), '--report', str(tmp_path)]
    evaluate.main([*command, '--without-duplicates', '--json'])
    figures = json.loads(capsys.readouterr().out)
    assert figures['n'] == 13
    report = json.loads((tmp_path / 'report.json').read_text())
    assert report['accuracy'] == figures['accuracy']
    assert report['title'] == 'face_emotion.onnx on 13 faces of FER2013 PublicTest'


def test_nothing_but_duplicates(data: Path) -> None:
    with pytest.raises(ConfigError, match=r'faces\.parquet: no face differs'):
        evaluate.unseen(train.load_faces(data, 'Training'), data)


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


def test_checkpoint_without_its_settings(data: Path, run_folder: Path, tmp_path: Path) -> None:
    tensors, about = checkpoint.load(run_folder / 'best.safetensors')
    source = tmp_path / 'best.safetensors'
    checkpoint.save(source, tensors, {k: v for k, v in about.items() if k != 'recipe'})
    with pytest.raises(ModelError, match=r'best\.json: has no recipe'):
        export.export(source, data, tmp_path / 'face_emotion.onnx')


def test_export_of_a_checkpoint_of_another_shape(
    data: Path, run_folder: Path, tmp_path: Path
) -> None:
    tensors, about = checkpoint.load(run_folder / 'best.safetensors')
    about['network']['width'] = 16
    checkpoint.save(tmp_path / 'best.safetensors', tensors, about)
    with pytest.raises(ModelError, match=r'best\.safetensors: .* this network needs'):
        export.export(tmp_path / 'best.safetensors', data, tmp_path / 'face_emotion.onnx')


def test_training_goes_on_from_exported_weights(data: Path, weights: Path, tmp_path: Path) -> None:
    begun = ['--data', str(data), '--init-from', str(weights), '--out', str(tmp_path)]
    train.main([*begun, '--epochs', '1', '--lr', '0', *TINY])
    about = checkpoint.load(tmp_path / 'last.safetensors')[1]
    card = {m['name']: m['value'] for m in load_card(weights).metrics}
    assert about['init_from'] == str(weights)
    assert about['best'] == pytest.approx(card['accuracy'], abs=1 / 14)


def test_half_precision_and_mixup_train_on_a_cpu(data: Path, tmp_path: Path) -> None:
    settings = ['--bf16', '--mixup', '0.4', '--epochs', '2', '--out', str(tmp_path)]
    train.main(['--data', str(data), *settings, *TINY])
    tensors, about = checkpoint.load(tmp_path / 'last.safetensors')
    assert about['recipe']['bf16'] and about['step'] == 2
    assert all(t.isfinite().all() for t in tensors.values())
    assert tensors['network/head.3.weight'].dtype.itemsize == 4


def test_device_that_is_not_there(data: Path) -> None:
    with pytest.raises(ConfigError, match="'tpu' cannot be had"):
        train.main(['--data', str(data), '--device', 'tpu'])


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(('stream', 'shows'), [(Terminal(), True), (io.StringIO(), False)])
def test_progress_bar_is_for_terminals(stream: io.StringIO, shows: bool) -> None:
    assert list(progress(range(3), 'epoch 1/2', stream)) == [0, 1, 2]
    assert ('epoch 1/2' in stream.getvalue()) == shows


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
