# SPDX-License-Identifier: MIT
"""Reading model files: no pickles, a limit on the size, and always the expected hash."""

from hashlib import sha256
from pathlib import Path

from emotion_ros.errors import ModelError

MAX_MODEL_BYTES = 1 << 30
BLOCK_BYTES = 1 << 20
PICKLE_SUFFIXES = ('.pt', '.pth', '.pkl', '.pickle', '.joblib')


def refuse_pickle(path: Path) -> None:
    """Raise ModelError for a file type whose loading can run code."""
    if path.suffix.lower() in PICKLE_SUFFIXES:
        raise ModelError(f'{path}: {path.suffix} files can run code; give .onnx or .safetensors')


def read_model_file(path: Path, expected_sha256: str, *, limit: int = MAX_MODEL_BYTES) -> bytes:
    """Return the bytes of a file after checking the hash of those very bytes.

    Load the model from what is returned, never from the path: between check and use a file
    can change, and a session made from bytes cannot follow references to other files.
    """
    refuse_pickle(path)
    try:
        with path.open('rb') as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise ModelError(f'{path}: cannot be read: {error.strerror}') from error
    if len(data) > limit:
        raise ModelError(f'{path}: is larger than {limit} bytes')
    actual = sha256(data).hexdigest()
    if actual != expected_sha256:
        raise ModelError(f'{path}: sha256 is {actual}, expected {expected_sha256}')
    return data


def check_model_file(path: Path, expected_sha256: str) -> None:
    """Raise ModelError, naming the file, unless it has this hash; it is not kept in memory."""
    digest = sha256()
    try:
        with path.open('rb') as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
    except OSError as error:
        raise ModelError(f'{path}: cannot be read: {error.strerror}') from error
    actual = digest.hexdigest()
    if actual != expected_sha256:
        raise ModelError(f'{path}: sha256 is {actual}, expected {expected_sha256}')
