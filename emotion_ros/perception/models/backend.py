# SPDX-License-Identifier: MIT
"""Inference backend interface: named arrays in, arrays in the order of the card out."""

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

from emotion_ros.errors import ModelError
from emotion_ros.perception.models.card import ModelCard

__all__ = ['DEVICES', 'MODEL_FAILURES', 'Backend', 'make_backend']

MODEL_FAILURES = ('bad_output', 'inference_failed')  # reasons that the input did not cause
DEVICES = ('cpu', 'cuda', 'tensorrt', 'auto')


class Backend(Protocol):
    """An engine that holds one loaded model."""

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        """Return the outputs, float [N, labels], in the order of the card's heads."""
        ...


def make_backend(card: ModelCard, device: str = 'cpu', threads: int = 2) -> Backend:
    """Load the card's model into the engine for its file type.

    The engines are imported here: an optional one is imported only when it is used.
    """
    suffix = card.model_path.suffix
    if suffix == '.onnx':
        from emotion_ros.perception.models.onnx_backend import OnnxBackend

        return OnnxBackend(card.read_model(), card, device=device, threads=threads)
    if suffix == '.safetensors':
        from emotion_ros.perception.models.torch_backend import TorchBackend

        return TorchBackend(card.read_model(), card, device=device, threads=threads)
    raise ModelError(f'{card.path}: no engine for {suffix} files; give .onnx or .safetensors')
