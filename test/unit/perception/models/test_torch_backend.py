# SPDX-License-Identifier: MIT
"""The torch engine: agrees with torchvision's blocks, refuses what is not its network."""

import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotion_ros.errors import ConfigError, InvalidInput, MissingDependency, ModelError
from emotion_ros.perception.models.backend import make_backend
from emotion_ros.perception.models.card import ModelCard, load_card
from tiny_models import face_card, image_input, save_card

torch = pytest.importorskip('torch')
safetensors = pytest.importorskip('safetensors.torch')
SETTINGS = {'settings': {'stem_stride': 2}}


def network(labels: int = 7) -> Any:
    """A reference made of torch's own layers, with lively batch statistics."""
    torch.manual_seed(0)
    stages = [stage(4, 4, 1), stage(4, 8, 2), stage(8, 16, 2), stage(16, 32, 2)]
    head = [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Dropout()]
    model = torch.nn.Sequential()
    model.stem = torch.nn.Sequential(*norm_after(1, 4, 3, 2), torch.nn.ReLU())
    model.stages = torch.nn.Sequential(*stages)
    model.head = torch.nn.Sequential(*head, torch.nn.Linear(32, labels))
    model.train()(torch.randn(64, 1, 48, 48))
    return model.eval()


def norm_after(channels: int, out: int, size: int, stride: int) -> tuple[Any, Any]:
    convolve = torch.nn.Conv2d(channels, out, size, stride, size // 2, bias=False)
    norm = torch.nn.BatchNorm2d(out)
    torch.nn.init.uniform_(norm.weight)
    torch.nn.init.uniform_(norm.bias)
    return convolve, norm


def stage(channels: int, out: int, stride: int) -> Any:
    return torch.nn.Sequential(Block(channels, out, stride), Block(out, out, 1))


class Block(torch.nn.Module):
    """torchvision's BasicBlock in its own words."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = norm_after(channels, out, 3, stride)
        self.conv2, self.bn2 = norm_after(out, out, 3, 1)
        self.downsample = None
        if channels != out:
            self.downsample = torch.nn.Sequential(*norm_after(channels, out, 1, stride))

    def forward(self, x: Any) -> Any:
        y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (y + (self.downsample(x) if self.downsample else x)).relu()


def save(folder: Path, tensors: dict[str, Any] | bytes, **changes: Any) -> ModelCard:
    data = tensors if isinstance(tensors, bytes) else safetensors.save(tensors)
    (folder / 'face.safetensors').write_bytes(data)
    card = face_card(data, file='face.safetensors', **({'training': SETTINGS} | changes))
    return load_card(save_card(folder / 'face.json', card))


@pytest.mark.parametrize('count', [0, 1, 3])
def test_logits_are_those_of_the_reference(tmp_path: Path, count: int) -> None:
    reference = network()
    image = np.random.default_rng(0).normal(size=(count, 1, 48, 48)).astype(np.float32)
    (logits,) = make_backend(save(tmp_path, reference.state_dict())).run({'image': image})
    assert logits.shape == (count, 7)
    with torch.inference_mode():
        np.testing.assert_allclose(logits, reference(torch.from_numpy(image)), atol=1e-5)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in network().state_dict().items() if key != name}


@pytest.mark.parametrize(
    ('tensors', 'changes', 'message'),
    [
        (b'', {}, 'no safetensors file'),
        (b'\x80\x04.', {}, 'no safetensors file'),
        ({}, {}, 'is not the face network.*stem.0.weight'),
        (without('stages.2.1.bn2.bias'), {}, r'not the face network.*stages\.2\.1\.bn2\.bias'),
        (network(labels=8).state_dict(), {}, 'the model has 8 outputs, the card face.json 7'),
        (
            network().state_dict(),
            {'input': image_input(colour='bgr', mean=[0] * 3, std=[1] * 3)},
            'is not the face network.*channels',
        ),
        (network().state_dict(), {'training': {}}, 'stem_stride is None, not 1 or 2'),
    ],
)
def test_other_tensors_are_refused(
    tmp_path: Path, tensors: Any, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelError, match=message) as error:
        make_backend(save(tmp_path, tensors, **changes))
    assert '\n' not in str(error.value)


def test_input_of_another_shape_is_a_rejection(tmp_path: Path) -> None:
    backend = make_backend(save(tmp_path, network().state_dict()))
    with pytest.raises(InvalidInput) as error:
        backend.run({'image': np.zeros((1, 3, 48, 48), np.float32)})
    assert error.value.reason == 'inference_failed'


@pytest.mark.parametrize('device', ['tensorrt', 'tpu'])
def test_device_that_torch_does_not_have(tmp_path: Path, device: str) -> None:
    with pytest.raises(ConfigError, match=f'device: {device!r}'):
        make_backend(save(tmp_path, network().state_dict()), device=device)


def test_missing_torch_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, 'torch', None)
    with pytest.raises(MissingDependency, match=r'pip install torch'):
        make_backend(save(tmp_path, b'', sha256=sha256(b'').hexdigest()))
