"""Opening a session: what is no model is one clear line."""

from pathlib import Path

import pytest

from emotion_ros.core.errors import ModelError
from emotion_ros.inference.onnx_session import open_session


@pytest.mark.parametrize('data', [b'', b'no model', bytes(1000)])
def test_promise_2_what_is_no_model_is_named(data: bytes) -> None:
    with pytest.raises(ModelError, match=r'faces\.onnx: cannot be loaded') as error:
        open_session(data, Path('faces.onnx'))
    assert '\n' not in str(error.value)
