# SPDX-License-Identifier: MIT
"""Model files: a cap on the size, and no folder in place of a file."""

from hashlib import sha256
from pathlib import Path

import pytest

from emotion_ros.errors import ModelError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.file import read_model_file

SHA = sha256(b'12345').hexdigest()


@pytest.mark.parametrize('limit', [5, 6])
def test_file_up_to_the_cap_is_read(tmp_path: Path, limit: int) -> None:
    (tmp_path / 'm.onnx').write_bytes(b'12345')
    assert read_model_file(tmp_path / 'm.onnx', SHA, limit=limit) == b'12345'


def test_promise_67_file_over_the_cap_is_refused(tmp_path: Path) -> None:
    (tmp_path / 'm.onnx').write_bytes(b'12345')
    with pytest.raises(ModelError, match=r'm\.onnx: is larger than 4 bytes'):
        read_model_file(tmp_path / 'm.onnx', SHA, limit=4)


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match='cannot be read: Is a directory'):
        read_model_file(tmp_path, SHA)


def test_packaged_weights_lie_in_the_package() -> None:
    assert packaged_weights().parent.name == 'emotion_ros'
