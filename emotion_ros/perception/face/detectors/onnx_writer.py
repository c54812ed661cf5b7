# SPDX-License-Identifier: MIT
"""Writes small convolutional networks as ONNX bytes, without the ``onnx`` package.

Field numbers are those of onnx.proto3 (IR version 8, operator set 13).
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from emotion_ros.perception.face.detectors.onnx_shape import FREE_SHAPE, varint

IR_VERSION, OPERATOR_SET = 8, 13
_VARINT, _BYTES = 0, 2
_FLOAT = 1  # TensorProto.DataType
_INT_ATTRIBUTE, _STRING_ATTRIBUTE, _INTS_ATTRIBUTE = 2, 3, 7

Attribute = int | str | Sequence[int]


class OnnxWriter:
    """Collects nodes and weights of one graph; every method returns the name of its output."""

    def __init__(self, input_name: str) -> None:
        self._input_name = input_name
        self._nodes: list[bytes] = []
        self._weights: list[bytes] = []

    def weights(self, values: NDArray[np.float32]) -> str:
        """Add constant values of any shape."""
        name = f'w{len(self._weights)}'
        shape = b''.join(_integer(1, side) for side in values.shape)
        data = _message(9, np.ascontiguousarray(values, '<f4').tobytes())
        self._weights.append(shape + _integer(2, _FLOAT) + _message(8, name.encode()) + data)
        return name

    def node(self, operator: str, inputs: Iterable[str], **attributes: Attribute) -> str:
        """Add an operator with one output."""
        name = f'n{len(self._nodes)}'
        self._nodes.append(
            b''.join(_message(1, one.encode()) for one in inputs)
            + _message(2, name.encode())
            + _message(4, operator.encode())
            + b''.join(_message(5, _attribute(key, value)) for key, value in attributes.items())
        )
        return name

    def model(self, outputs: Mapping[str, str]) -> bytes:
        """Return the model: its input is [1, 3, h, w], its outputs have these names."""
        renamed = [
            _message(1, made.encode()) + _message(2, name.encode()) + _message(4, b'Identity')
            for name, made in outputs.items()
        ]
        tensor = _message(1, _integer(1, _FLOAT) + _message(2, FREE_SHAPE))
        any_tensor = _message(1, _integer(1, _FLOAT))
        graph = (
            b''.join(_message(1, node) for node in [*self._nodes, *renamed])
            + _message(2, b'detector')
            + b''.join(_message(5, weights) for weights in self._weights)
            + _message(11, _message(1, self._input_name.encode()) + _message(2, tensor))
            + b''.join(
                _message(12, _message(1, name.encode()) + _message(2, any_tensor))
                for name in outputs
            )
        )
        return (
            _integer(1, IR_VERSION) + _message(7, graph) + _message(8, _integer(2, OPERATOR_SET))
        )


def _attribute(name: str, value: Attribute) -> bytes:
    start = _message(1, name.encode())
    if isinstance(value, int):
        return start + _integer(3, value) + _integer(20, _INT_ATTRIBUTE)
    if isinstance(value, str):
        return start + _message(4, value.encode()) + _integer(20, _STRING_ATTRIBUTE)
    return start + b''.join(_integer(8, v) for v in value) + _integer(20, _INTS_ATTRIBUTE)


def _integer(number: int, value: int) -> bytes:
    return varint(number << 3 | _VARINT) + varint(value)


def _message(number: int, body: bytes) -> bytes:
    return varint(number << 3 | _BYTES) + varint(len(body)) + body
