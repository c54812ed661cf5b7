# SPDX-License-Identifier: MIT
"""The default engine: ONNX Runtime, from bytes, checked against the model card."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError, InvalidInput, ModelError
from emotion_ros.perception.models.card import ModelCard
from emotion_ros.perception.models.onnx_session import ENGINE_ERRORS, open_session
from emotion_ros.perception.models.signature import AudioInput, ImageInput

CPU, CUDA, TENSORRT = (f'{name}ExecutionProvider' for name in ('CPU', 'CUDA', 'Tensorrt'))
PROVIDERS = {'cpu': [CPU], 'cuda': [CUDA, CPU], 'tensorrt': [TENSORRT, CUDA, CPU]}


class OnnxBackend:
    """One ONNX Runtime session.

    ModelError when the bytes are no ONNX model, refer to data in other files, or do not have
    the inputs, outputs and widths in the card, or take batches of one fixed size other than 1;
    ConfigError when ``device`` is not available. ``threads`` work on one call; between calls
    they sleep and do not spin.
    """

    def __init__(
        self, model: bytes, card: ModelCard, *, device: str = 'cpu', threads: int = 2
    ) -> None:
        providers = choose_providers(device, ort.get_available_providers())
        self._session = open_session(model, card.model_path, providers=providers, threads=threads)
        if device != 'auto' and self._session.get_providers()[0] != providers[0]:
            raise ConfigError(f'device: {device} is installed but does not start on this machine')
        _check_interface(self._session.get_inputs(), self._session.get_outputs(), card)
        self._outputs = [head.tensor or head.name for head in card.outputs]
        self._is_one_by_one = self._session.get_inputs()[0].shape[0] == 1

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Return the outputs in the order of the card; InvalidInput when the engine fails.

        A model that was exported for a batch of one runs once for each sample.
        """
        count = len(next(iter(inputs.values())))
        try:
            if not self._is_one_by_one or count == 1:
                return list(self._session.run(self._outputs, dict(inputs)))
            samples = ({k: v[i : i + 1] for k, v in inputs.items()} for i in range(count))
            rows = [self._session.run(self._outputs, sample) for sample in samples]
            return [np.concatenate(output) for output in zip(*rows, strict=True)]
        except ENGINE_ERRORS as error:
            raise InvalidInput('inference_failed', str(error)) from error


def choose_providers(device: str, installed: Sequence[str]) -> list[str]:
    """Return the ONNX Runtime providers for a device name, the preferred one first.

    ``auto`` is CUDA when installed, else the CPU; TensorRT spends minutes on its first start
    and must be asked for.
    """
    if device == 'auto':
        return [name for name in PROVIDERS['cuda'] if name in installed]
    if device not in PROVIDERS:
        raise ConfigError(f'device: {device!r} is not one of auto, {", ".join(PROVIDERS)}')
    wanted = PROVIDERS[device]
    if wanted[0] not in installed:
        raise ConfigError(
            f'device: {device!r} needs {wanted[0]}, which this onnxruntime does not have '
            f'({", ".join(installed)}); pip install onnxruntime-gpu, or use cpu'
        )
    return [name for name in wanted if name in installed]


def _check_interface(
    inputs: Sequence[ort.NodeArg], outputs: Sequence[ort.NodeArg], card: ModelCard
) -> None:
    """Raise ModelError unless names and shapes of the tensors are those of the card."""
    names = {tensor.name for tensor in inputs}
    if names != set(card.input.names):
        raise _mismatch(card, 'inputs', sorted(names), sorted(card.input.names))
    if isinstance(card.input, ImageInput):
        batch, *shape = inputs[0].shape
        expected = card.input.shape
        if isinstance(batch, int) and batch != 1:
            raise _mismatch(card, 'batch', batch, 'needs any size, or 1')
        if not _agrees(shape, expected):
            raise _mismatch(card, f'input {card.input.name}', shape, expected)
    if isinstance(card.input, AudioInput) and not _agrees(
        inputs[0].shape[:2], (1, card.input.mels)
    ):
        raise _mismatch(card, f'input {card.input.name}', inputs[0].shape, card.input.mels)
    shapes = {tensor.name: tensor.shape for tensor in outputs}
    for head in card.outputs:
        tensor = head.tensor or head.name
        if tensor not in shapes:
            raise _mismatch(card, 'outputs', sorted(shapes), tensor)
        if not _agrees(shapes[tensor][1:], (head.width,)):
            what = f'output {tensor}'
            raise _mismatch(card, what, shapes[tensor][1:], f'{head.width} labels')


def _agrees(shape: Sequence[int | str | None], expected: Sequence[int]) -> bool:
    """Compare with a declared shape, in which a name stands for any size."""
    return len(shape) == len(expected) and all(
        not isinstance(have, int) or have == want
        for have, want in zip(shape, expected, strict=True)
    )


def _mismatch(card: ModelCard, what: str, model: object, expected: object) -> ModelError:
    return ModelError(
        f'{card.model_path}: {what}: the model has {model}, the card {card.path.name} {expected}'
    )
