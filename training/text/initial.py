# SPDX-License-Identifier: MIT
"""Initial weights of a text training: a checkpoint or an exported int8 network."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import numpy_helper

from emotion_ros.errors import ModelError
from training import checkpoint
from training.text.state import Tensors, TrainState

GATHERED = '.weight_quantized'
MULTIPLIED = '/MatMul_quant'
TRANSPOSED = '_Transposed'
MULTIPLIED_HEAD = '/Gemm_MatMul_quant'


def start_from(state: TrainState, path: Path) -> None:
    """Load the weights of a finished checkpoint, or of an exported ``.onnx``."""
    checkpoint.fill(state.network, load_tensors(path), path)


def load_tensors(path: Path) -> Tensors:
    """The weights of a finished checkpoint, or of an exported ``.onnx``."""
    return read_onnx(path) if path.suffix == '.onnx' else checkpoint.load(path)[0]


def read_onnx(path: Path) -> Tensors:
    """The float32 weights of an exported network under the names of a ``TextNetwork``.

    Each int8 weight becomes the number it stands for. The export rounds it to the same integer
    again, and with it most of a short training, whose changes are about a fifth of a step: go on
    from a checkpoint where there is one.
    """
    try:
        graph = onnx.load_model_from_string(path.read_bytes()).graph
    except (OSError, DecodeError) as error:
        raise ModelError(f'{path}: not an ONNX model ({error})') from error
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    found: dict[str, NDArray[np.floating]] = {
        name: values for name, values in stored.items() if values.dtype == np.float32
    }
    found = {
        name.removesuffix(TRANSPOSED): v.T if name.endswith(TRANSPOSED) else v
        for name, v in found.items()
        if not name.endswith('_scale')
    }
    for name in stored:
        if name.endswith(GATHERED):
            weight = name.removesuffix('_quantized')
            found[weight] = _dequantised(stored, weight)
    for layer, weight in multiplied(graph):
        found[f'{layer}.weight'] = _dequantised(stored, weight).T
    return {name: torch.from_numpy(np.array(v, np.float32)) for name, v in found.items()}


def multiplied(graph: onnx.GraphProto) -> Iterator[tuple[str, str]]:
    """Each int8 layer under its name in a ``TextNetwork``, and the name of its weight here."""
    stored = {each.name for each in graph.initializer}
    for node in graph.node:
        if node.op_type == 'MatMulInteger' and node.input[1] in stored:
            layer = node.name.removesuffix(MULTIPLIED_HEAD).removesuffix(MULTIPLIED)
            yield layer.strip('/').replace('/', '.'), node.input[1].removesuffix('_quantized')


def _dequantised(stored: dict[str, NDArray[np.generic]], name: str) -> NDArray[np.float32]:
    """One scale and zero point for the whole, or one for each column."""
    try:
        integers, zero, scale = (
            stored[f'{name}_{part}'].astype(np.float32)
            for part in ('quantized', 'zero_point', 'scale')
        )
    except KeyError as error:
        raise ModelError(f'no {error} in the model: not exported by training.text?') from error
    return (integers - zero) * scale
