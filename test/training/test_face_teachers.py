# SPDX-License-Identifier: MIT
"""Learning from an ensemble: what teachers say, and what the student is told."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('torch', reason='training needs torch')

import torch

from emotion_ros.core.fusion.opinion_pool import softmax
from emotion_ros.errors import ModelError
from emotion_ros.perception.models.card import load_card
from face_samples import TINY, random_faces, used_network, write_faces
from training import checkpoint
from training.face import export, teachers, train
from training.face.config import TrainConfig
from training.face.network import FaceNetwork, logits_of
from training.face.state import new_state
from training.face.teachers import Teacher, Teachers
from training.losses import distillation, soft_cross_entropy


def teacher(seed: int, mean: float = 128.0, temperature: float = 1.0) -> Teacher:
    return Teacher(used_network(seed=seed), mean, 64.0, temperature)


def test_each_teacher_has_its_own_normalisation_and_temperature() -> None:
    images, one = random_faces(4), teacher(0, mean=100.0, temperature=2.0)
    expected = softmax(logits_of(one.network, images, 100.0, 64.0) / 2.0)
    np.testing.assert_allclose(Teachers([one]).classify(images), expected, atol=1e-5)


def test_teachers_average_their_logarithms() -> None:
    images, pair = random_faces(4), [teacher(0), teacher(1)]
    apart = [np.log(Teachers([one]).classify(images)) for one in pair]
    expected = softmax(np.mean(apart, axis=0))
    np.testing.assert_allclose(Teachers(pair).classify(images), expected, atol=1e-5)


def test_a_student_is_told_the_same_of_a_face_and_its_mirror_image() -> None:
    images, ensemble = torch.from_numpy(random_faces(4)), Teachers([teacher(0), teacher(1)])
    views = [ensemble.log_probabilities(view) for view in (images, images.flip(2))]
    expected = torch.stack(views).mean(0).log_softmax(1)
    torch.testing.assert_close(ensemble.soft_targets(images), expected)
    torch.testing.assert_close(ensemble.soft_targets(images.flip(2)), expected)
    assert float((views[0] - expected).abs().max()) > 1e-3


def test_distillation_is_the_softened_divergence() -> None:
    student, taught = torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 0.0]])
    p = 1 / (1 + np.exp(-1.0))
    expected = 9 * (p * np.log(2 * p) + (1 - p) * np.log(2 * (1 - p)))
    assert float(distillation(student, taught, 3.0)) == pytest.approx(expected, rel=1e-5)
    assert float(distillation(taught, taught - 5.0, 3.0)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(('share', 'plain', 'taught'), [(0.0, 1, 0), (1.0, 0, 1), (0.7, 0.3, 0.7)])
def test_loss_takes_its_share_from_the_teachers(share, plain, taught) -> None:
    logits, logs, target = torch.randn(3, 7), torch.randn(3, 7), torch.eye(7)[:3]
    context = train.TrainContext(
        None, None, TrainConfig(kd_share=share), None, 0.0, 1.0, 'cpu', torch.ones(7)
    )  # fmt: skip
    parts = soft_cross_entropy(logits, target, torch.ones(7)) / 3, distillation(logits, logs, 3.0)
    expected = plain * parts[0] + taught * parts[1]
    assert float(context.loss(logits, target, logs)) == pytest.approx(float(expected), rel=1e-5)
    assert float(context.loss(logits, target, None)) == pytest.approx(float(parts[0]), rel=1e-5)


@pytest.fixture(scope='module')
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_faces(tmp_path_factory.mktemp('faces'))


@pytest.fixture(scope='module')
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp('teacher')
    train.main(['--data', str(data), '--out', str(out), '--epochs', '1', *TINY])
    return out / 'best.safetensors'


def test_student_learns_what_its_teachers_say() -> None:
    images, target = torch.from_numpy(random_faces(14)), torch.eye(7).repeat(2, 1)
    ensemble = Teachers([teacher(1)])
    config, none = TrainConfig(kd_share=1.0), torch.ones(7)
    context = train.TrainContext(None, None, config, None, 128.0, 64.0, 'cpu', none, ensemble)
    state = new_state(FaceNetwork(width=8, dropout=0.0), seed=0, weight_decay=0.0)
    said = ensemble.log_probabilities(images)
    losses = [float(train.train_step(state, context, images, target)) for _ in range(6)]
    assert losses[-1] < losses[0] * 0.8
    assert ensemble.log_probabilities(images).equal(said)


def test_training_writes_down_its_teachers(data: Path, trained: Path, tmp_path: Path) -> None:
    student = ['--data', str(data), '--teachers', str(trained), str(trained), *TINY]
    train.main([*student, '--out', str(tmp_path), '--epochs', '1'])
    about = checkpoint.load(tmp_path / 'last.safetensors')[1]
    assert about['teachers'] == [str(trained)] * 2


def test_card_names_the_teachers(data: Path, trained: Path, tmp_path: Path) -> None:
    tensors, about = checkpoint.load(trained)
    told = about | {'teachers': ['a.safetensors', 'b.safetensors'], 'init_from': 'c.onnx'}
    checkpoint.save(tmp_path / 'student.safetensors', tensors, told)
    export.export(tmp_path / 'student.safetensors', data, tmp_path / 'face_emotion.onnx')
    training = load_card(tmp_path / 'face_emotion.onnx').training
    assert training['teachers'] == told['teachers']
    assert '--init-from c.onnx --teachers a.safetensors b.safetensors' in training['command']


def test_teachers_are_measured(data: Path, trained: Path, capsys) -> None:
    command = ['--checkpoints', str(trained), str(trained), '--data', str(data), '--tta', 'flip']
    teachers.main(command)
    figures = json.loads(capsys.readouterr().out)
    assert figures['n'] == 14 and np.sum(figures['confusion']) == 14
    assert 0 <= figures['ece15'] <= 1


def test_teacher_that_is_no_face_network(data: Path, trained: Path, tmp_path: Path) -> None:
    tensors, about = checkpoint.load(trained)
    about.pop('network')
    checkpoint.save(tmp_path / 'text.safetensors', tensors, about)
    with pytest.raises(ModelError, match=r'text\.json: has no network'):
        teachers.main(['--checkpoints', str(tmp_path / 'text.safetensors'), '--data', str(data)])
