# SPDX-License-Identifier: MIT
"""Freeing the input size: checked against what ONNX Runtime then accepts."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from emotion_ros.errors import ModelError
from emotion_ros.perception.face.detectors.onnx_shape import free_input_size
from emotion_ros.perception.models.onnx_session import open_session


def fixed_model(extra_input: bool = False) -> bytes:
    """A model that doubles images of 640x640, and only of that size."""
    shape = [1, 3, 640, 640]
    names = ['image', 'unused'] if extra_input else ['image']
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in names]
    output = helper.make_tensor_value_info('twice', TensorProto.FLOAT, None)
    node = helper.make_node('Add', ['image', 'image'], ['twice'])
    graph = helper.make_graph([node], 'doubling', inputs, [output], doc_string='x' * 300)
    opset = helper.make_opsetid('', 17)
    return bytes(helper.make_model(graph, opset_imports=[opset], ir_version=8).SerializeToString())


def test_any_size_is_accepted_afterwards() -> None:
    session = open_session(free_input_size(fixed_model()), Path('doubling.onnx'))
    for height, width in [(32, 64), (640, 640), (96, 32)]:
        image = np.ones((1, 3, height, width), np.float32)
        (twice,) = session.run(None, {'image': image})
        np.testing.assert_array_equal(twice, 2 * image)


def test_only_the_first_input_changes() -> None:
    before = onnx.load_from_string(fixed_model(extra_input=True))
    after = onnx.load_from_string(free_input_size(fixed_model(extra_input=True)))
    dims = after.graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_value or d.dim_param for d in dims] == [1, 3, 'h', 'w']
    after.graph.input[0].CopyFrom(before.graph.input[0])
    assert after == before


@pytest.mark.parametrize(
    'damage',
    [b'', b'\xff', b'\x3a\x02\x5a\x00', b'no model', fixed_model()[:40], b'\x0b' + bytes(9)],
)
def test_what_is_no_model_is_refused(damage: bytes) -> None:
    with pytest.raises(ModelError, match='not an ONNX model'):
        free_input_size(damage)
