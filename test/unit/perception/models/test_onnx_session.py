# SPDX-License-Identifier: MIT
"""Opening a session: what is no model is one clear line, what is one is not held twice."""

from pathlib import Path
from sys import getrefcount

import pytest

from emotion_ros.errors import ModelError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.onnx_session import open_session


@pytest.mark.parametrize('data', [b'', b'no model', bytes(1000)])
def test_promise_2_what_is_no_model_is_named(data: bytes) -> None:
    with pytest.raises(ModelError, match=r'faces\.onnx: cannot be loaded') as error:
        open_session(data, Path('faces.onnx'))
    assert '\n' not in str(error.value)


def test_the_bytes_of_the_file_are_not_kept() -> None:
    model = (packaged_weights() / 'face_emotion.onnx').read_bytes()
    before = getrefcount(model)
    session = open_session(model, Path('face_emotion.onnx'))
    assert session.get_inputs()
    assert getrefcount(model) == before
