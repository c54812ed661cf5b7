# SPDX-License-Identifier: MIT
"""The ONNX engine: agrees with its card, refuses the rest, and never reads other files."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from emotion_ros.errors import ConfigError, InvalidInput, ModelError
from emotion_ros.perception.models.backend import DEVICES, make_backend
from emotion_ros.perception.models.card import load_card
from emotion_ros.perception.models.onnx_backend import CPU, CUDA, TENSORRT, choose_providers
from tiny_models import face_onnx, image_input, save_face


def pictures(*values: float) -> Any:
    return np.array(values, np.float32)[:, None, None, None] * np.ones((1, 48, 48), np.float32)


def test_runs_none_one_and_many(tmp_path: Path) -> None:
    backend = make_backend(load_card(save_face(tmp_path, face_onnx())))
    for values in ((), (2,), (1, 3, -1)):
        (logits,) = backend.run({'image': pictures(*values)})
        np.testing.assert_allclose(logits, np.outer(values, np.arange(7)), atol=1e-4)


DISAGREEMENTS = [
    (face_onnx(labels=8), {}, r'output emotion.* the model has \[8\].* 7 labels'),
    (face_onnx(labels=6), {}, r'output emotion.* the model has \[6\].* 7 labels'),
    (face_onnx(output='mood'), {}, r"outputs: the model has \['mood'\].* emotion"),
    (face_onnx(side=40), {}, r'input image.* \[1, 40, 40\].* \(1, 48, 48\)'),
    (face_onnx(), {'input': image_input(name='x')}, r"inputs.* \['image'\].* \['x'\]"),
    (
        face_onnx(),
        {'input': image_input(colour='rgb', mean=[0] * 3, std=[1] * 3)},
        r'\(3, 48, 48\)',
    ),
    (b'', {}, 'cannot be loaded'),
    (b'this is no protobuf', {}, 'cannot be loaded'),
    (face_onnx().SerializeToString()[:-40], {}, 'cannot be loaded'),
]


@pytest.mark.parametrize(('model', 'changes', 'message'), DISAGREEMENTS)
def test_model_and_card_that_disagree_are_both_named(
    tmp_path: Path, model: Any, changes: dict[str, Any], message: str
) -> None:
    card = load_card(save_face(tmp_path, model, **changes))
    with pytest.raises(ModelError, match=message) as error:
        make_backend(card)
    assert 'face.onnx' in str(error.value)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('place', ['here', 'elsewhere', 'above'])
def test_promise_67_weights_outside_the_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Even in the working directory, where ONNX Runtime looks for them by itself."""
    (tmp_path / 'in').mkdir()
    path = tmp_path / 'external.onnx'
    onnx.save(
        face_onnx(), path, save_as_external_data=True, location='weights.bin', size_threshold=0
    )
    model = path.read_bytes()
    if place == 'above':
        model = model.replace(b'\x0bweights.bin', b'\x0b../ghts.bin')
        (tmp_path / 'weights.bin').rename(tmp_path / 'ghts.bin')
    monkeypatch.chdir({'here': tmp_path, 'elsewhere': '/', 'above': tmp_path / 'in'}[place])
    with pytest.raises(ModelError, match=r'face\.onnx: cannot be loaded.*external_data=False'):
        make_backend(load_card(save_face(tmp_path, model)))


def test_input_of_another_size_is_a_rejection(tmp_path: Path) -> None:
    backend = make_backend(load_card(save_face(tmp_path, face_onnx())))
    with pytest.raises(InvalidInput) as error:
        backend.run({'image': np.zeros((1, 1, 40, 40), np.float32)})
    assert error.value.reason == 'inference_failed'


PROVIDERS = [
    ('cpu', [CPU], [CPU]),
    ('cpu', [TENSORRT, CUDA, CPU], [CPU]),
    ('cuda', [TENSORRT, CUDA, CPU], [CUDA, CPU]),
    ('tensorrt', [TENSORRT, CUDA, CPU], [TENSORRT, CUDA, CPU]),
    ('auto', [CPU], [CPU]),
    ('auto', [TENSORRT, CUDA, CPU], [CUDA, CPU]),
]


@pytest.mark.parametrize(('device', 'installed', 'expected'), PROVIDERS)
def test_device_chooses_providers(device: str, installed: list[str], expected: list[str]) -> None:
    assert choose_providers(device, installed) == expected


@pytest.mark.parametrize('device', ['cuda', 'tensorrt', 'tpu', ''])
def test_device_that_cannot_be_had_is_named(device: str) -> None:
    with pytest.raises(ConfigError, match=f'device: {device!r}'):
        choose_providers(device, [CPU])


def test_every_device_name_is_understood() -> None:
    for device in DEVICES:
        assert choose_providers(device, [TENSORRT, CUDA, CPU])


def test_file_type_without_an_engine(tmp_path: Path) -> None:
    card = load_card(save_face(tmp_path, b'', file='face.tflite'))
    with pytest.raises(ModelError, match=r'no engine for \.tflite'):
        make_backend(card)
