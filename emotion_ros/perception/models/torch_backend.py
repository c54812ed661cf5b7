# SPDX-License-Identifier: MIT
"""The optional torch engine: the face network from ``.safetensors`` files, which hold no code."""

import re
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError, InvalidInput, MissingDependency, ModelError
from emotion_ros.perception.models.card import ModelCard

if TYPE_CHECKING:
    from torch import Tensor

Tensors = Mapping[str, 'Tensor']


class TorchBackend:
    """The ResNet18 of training/face, computed from its tensors.

    The stride of the stem is the card's ``training.settings.stem_stride``; everything else
    follows from the names and shapes of the tensors. ModelError when they are not this network,
    MissingDependency without torch. ``threads`` holds for the whole process.
    """

    def __init__(
        self, model: bytes, card: ModelCard, *, device: str = 'cpu', threads: int = 2
    ) -> None:
        try:
            torch, safetensors = import_module('torch'), import_module('safetensors.torch')
        except ImportError as error:
            raise MissingDependency(
                f'.safetensors models need torch: pip install torch ({error})'
            ) from error
        torch.set_num_threads(threads)
        self._name = card.require_task('face_emotion').input.names[0]
        self._device = choose_torch_device(device)
        self._stem_stride = _stem_stride(card)
        try:
            tensors = safetensors.load(model)
        except import_module('safetensors').SafetensorError as error:
            raise ModelError(f'{card.model_path}: is no safetensors file: {error}') from error
        self._tensors = {name: tensor.to(self._device) for name, tensor in tensors.items()}
        self._check_output(card)

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Return [logits float32 [N, 7]]; InvalidInput when the engine fails."""
        try:
            return [self._logits(inputs[self._name])]
        except RuntimeError as error:
            raise InvalidInput('inference_failed', ' '.join(str(error).split())) from error

    def _logits(self, image: NDArray[Any]) -> NDArray[Any]:
        import torch

        with torch.inference_mode():
            tensor = torch.from_numpy(image).to(self._device)
            logits: NDArray[Any] = resnet18(tensor, self._tensors, self._stem_stride).cpu().numpy()
        return logits

    def _check_output(self, card: ModelCard) -> None:
        """Run one blank image; ModelError for a missing or misshapen tensor."""
        blank = np.zeros((1, *card.image_input.shape), np.float32)
        try:
            (_, have) = self._logits(blank).shape
        except (KeyError, RuntimeError) as error:
            line = ' '.join(str(error).split())
            raise ModelError(f'{card.model_path}: is not the face network: {line}') from error
        labels = card.outputs[0].width
        if have != labels:
            raise ModelError(
                f'{card.model_path}: the model has {have} outputs, the card {card.path.name} '
                f'{labels} labels'
            )


def choose_torch_device(device: str) -> str:
    """Return torch's name for ``auto``, ``cpu`` or ``cuda``; ConfigError when it is absent."""
    import torch

    has_cuda = torch.cuda.is_available()
    if device == 'auto':
        return 'cuda' if has_cuda else 'cpu'
    if device == 'cpu' or (device == 'cuda' and has_cuda):
        return device
    raise ConfigError(f'device: {device!r} cannot be had from this torch; use cpu or auto')


def import_torchvision() -> None:
    """Import torchvision, declaring the two operators whose absence makes its import fail.

    The networks here (and transformers, which imports torchvision) never call them.
    """
    import torch

    try:
        import_module('torchvision')
    except RuntimeError:  # its compiled operators do not fit this torch
        for name in [m for m in sys.modules if m.startswith('torchvision')]:
            del sys.modules[name]
        for operator in ('nms', 'qnms'):
            schema = '(Tensor dets, Tensor scores, float iou_threshold) -> Tensor'
            torch.library.define(f'torchvision::{operator}', schema)
        import_module('torchvision')


def resnet18(image: 'Tensor', tensors: Tensors, stem_stride: int) -> 'Tensor':
    """Return the logits [N, labels] of normalised images [N, 1, H, W].

    He et al. 2016, "Deep Residual Learning for Image Recognition": a 3x3 stem without pooling,
    then basic blocks; the first of a stage halves the size where its shortcut has weights.
    """
    from torch.nn.functional import linear

    x = _convolve(image, tensors, 'stem.0', 'stem.1', stem_stride).relu()
    blocks = {match[0] for name in tensors if (match := re.match(r'stages\.\d\.\d', name))}
    for block in sorted(blocks):
        stride, shortcut = 1, x
        if f'{block}.downsample.0.weight' in tensors:
            stride = 2
            shortcut = _convolve(x, tensors, f'{block}.downsample.0', f'{block}.downsample.1', 2)
        y = _convolve(x, tensors, f'{block}.conv1', f'{block}.bn1', stride).relu()
        x = (_convolve(y, tensors, f'{block}.conv2', f'{block}.bn2', 1) + shortcut).relu()
    return linear(x.mean((2, 3)), tensors['head.3.weight'], tensors['head.3.bias'])


def _convolve(x: 'Tensor', tensors: Tensors, layer: str, norm: str, stride: int) -> 'Tensor':
    from torch.nn.functional import batch_norm, conv2d

    weight = tensors[f'{layer}.weight']
    mean, var = tensors[f'{norm}.running_mean'], tensors[f'{norm}.running_var']
    x = conv2d(x, weight, stride=stride, padding=weight.shape[2] // 2)
    return batch_norm(x, mean, var, tensors[f'{norm}.weight'], tensors[f'{norm}.bias'])


def _stem_stride(card: ModelCard) -> int:
    settings = card.training.get('settings')
    stride = settings.get('stem_stride') if isinstance(settings, dict) else None
    if stride not in (1, 2):
        raise ModelError(f'{card.path}: training.settings.stem_stride is {stride!r}, not 1 or 2')
    return int(stride)
