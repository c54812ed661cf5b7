# SPDX-License-Identifier: MIT
"""Where training may start: an exported ONNX goes on as the network it was."""

from pathlib import Path

import numpy as np
import onnx
import pytest

pytest.importorskip('torch', reason='training needs torch')

import torch

from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.onnx_session import open_session
from emotion_ros.perception.models.torch_backend import import_torchvision
from face_samples import random_faces, used_network
from training.face.export import write_onnx
from training.face.initial import download_imagenet, stages_of, start_from, start_from_imagenet
from training.face.network import FaceNetwork, ResNet18, to_input
from training.face.state import TrainState, new_state


def inputs(count: int = 64) -> torch.Tensor:
    """Normalised noise."""
    return to_input(torch.from_numpy(random_faces(count)), 128.0, 64.0)


def fresh(width: int = 8, stem_stride: int = 2) -> TrainState:
    return new_state(FaceNetwork(width, stem_stride, dropout=0.0), seed=5, weight_decay=0.0)


def exported(network: ResNet18, folder: Path) -> Path:
    write_onnx(network, folder / 'face.onnx')
    return folder / 'face.onnx'


@torch.no_grad()
def said_by(network: torch.nn.Module, images: torch.Tensor) -> np.ndarray:
    return network(images).numpy()


@pytest.mark.parametrize('stem_stride', [1, 2])
def test_onnx_goes_on_with_its_logits(tmp_path: Path, stem_stride: int) -> None:
    network = used_network(stem_stride)
    run = fresh(stem_stride=stem_stride)
    start_from(run, exported(network, tmp_path), inputs())
    others = inputs(80)[64:]
    for started in (run.network, run.average):
        np.testing.assert_allclose(
            said_by(started.eval(), others), said_by(network, others), atol=1e-4
        )


def test_shipped_onnx_goes_on_with_its_logits() -> None:
    path = packaged_weights() / 'face_emotion.onnx'
    run, images = fresh(width=32), inputs()
    start_from(run, path, images)
    (shipped,) = open_session(path.read_bytes(), path).run(None, {'image': images.numpy()})
    np.testing.assert_allclose(said_by(run.average.eval(), images), shipped, atol=1e-3)


def test_training_sees_the_onnx_as_evaluation_does(tmp_path: Path) -> None:
    """Batch norms that only add the folded bias would normalise everything away."""
    run, images = fresh(), inputs()
    start_from(run, exported(used_network(), tmp_path), images)
    evaluated = said_by(run.network.eval(), images)
    np.testing.assert_allclose(said_by(run.network.train(), images), evaluated, atol=1e-3)


def eight_outputs() -> ResNet18:
    network = used_network()
    network.head[-1] = torch.nn.Linear(64, 8)
    return network


@pytest.mark.parametrize(
    ('make', 'says'),
    [
        (eight_outputs, r'head\.3\.bias is \(8,\), this network needs \(7,\)'),
        (lambda: used_network(width=16), 'this network needs'),
        (lambda: torch.nn.Conv2d(1, 7, 48), 'has 1 convolutions and 0 dense layers'),
    ],
    ids=['eight outputs', 'another width', 'another network'],
)
def test_onnx_of_another_shape(tmp_path: Path, make, says: str) -> None:
    with pytest.raises(ModelError, match=rf'face\.onnx: .*{says}') as raised:
        start_from(fresh(), exported(make(), tmp_path), inputs())
    assert '\n' not in str(raised.value)


@pytest.mark.parametrize('content', [b'', b'hello', None], ids=['empty', 'text', 'absent'])
def test_file_that_is_no_onnx(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / 'face.onnx').write_bytes(content)
    with pytest.raises(ModelError, match=r'face\.onnx: (not an ONNX model|has 0 convolutions)'):
        start_from(fresh(), tmp_path / 'face.onnx', inputs())


def test_onnx_whose_layers_lack_stored_weights(tmp_path: Path) -> None:
    path = exported(used_network(), tmp_path)
    model = onnx.load(path)
    del model.graph.initializer[0]
    onnx.save(model, path)
    with pytest.raises(ModelError, match='with weights and biases, this network needs 20 and 1'):
        start_from(fresh(), path, inputs())


def test_imagenet_gives_the_stages_and_leaves_stem_and_head() -> None:
    import_torchvision()
    from torchvision.models import resnet18

    imagenet = resnet18(weights=None).state_dict()
    ours = FaceNetwork(width=64).build().state_dict()
    taken = stages_of(imagenet)
    assert set(taken) == {name for name in ours if name.startswith('stages.')}
    assert all(taken[name].shape == ours[name].shape for name in taken)
    assert taken['stages.3.1.conv2.weight'] is imagenet['layer4.1.conv2.weight']


def test_imagenet_fits_one_width() -> None:
    with pytest.raises(ConfigError, match='needs --width 64, not 8'):
        start_from_imagenet(fresh(), FaceNetwork(width=8))


def test_imagenet_without_internet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    monkeypatch.setenv('https_proxy', 'http://127.0.0.1:9')
    monkeypatch.setenv('HTTPS_PROXY', 'http://127.0.0.1:9')
    with pytest.raises(ModelError, match=r'cannot get https://.*resnet18') as raised:
        download_imagenet()
    assert '\n' not in str(raised.value)
