"""Models of others that are not packaged: where they come from, where they are kept.

Nothing here runs unless a person asks for it (``emotion-ros models fetch``).
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from emotion_ros.core.errors import ConfigError, ModelError
from emotion_ros.inference.model_file import read_model_file

FOLDER_VARIABLE = 'EMOTION_ROS_MODELS'
TIMEOUT_S = 30.0

Opener = Callable[..., IO[bytes]]
"""Called with an address and ``timeout=`` seconds, like urllib.request.urlopen."""


@dataclass(frozen=True)
class StoredModel:
    """One file of somebody else's: its address, what it must be, and its terms."""

    file: str
    url: str
    sha256: str
    size: int
    licence: str


STORED_MODELS = {
    'yunet': StoredModel(
        file='face_detection_yunet_2023mar.onnx',
        url='https://github.com/opencv/opencv_zoo/raw/f12e12798e8314f7c074a6656816c048dcc95b7a/'
        'models/face_detection_yunet/face_detection_yunet_2023mar.onnx',
        sha256='8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
        size=232589,
        licence='MIT, Shiqi Yu',
    ),
}


def stored_model(name: str) -> StoredModel:
    """Return the entry of this name; ConfigError, with the names there are, without one."""
    if name not in STORED_MODELS:
        raise ConfigError(f'{name!r} is not one of {", ".join(STORED_MODELS)}')
    return STORED_MODELS[name]


def model_folders() -> tuple[Path, ...]:
    """Return the folders that are searched; the first is the one that is written to."""
    cache = Path.home() / '.cache' / 'emotion_ros'
    chosen = os.environ.get(FOLDER_VARIABLE)
    return (Path(chosen).expanduser(), cache) if chosen else (cache,)


def find_stored(name: str) -> Path | None:
    """Return the path of a model's file in the first folder that has it, unchecked."""
    for folder in model_folders():
        path = folder / stored_model(name).file
        if path.is_file():
            return path
    return None


def read_stored(name: str, path: Path) -> bytes:
    """Return the bytes of the file at ``path``; ModelError unless they are the pinned ones."""
    return read_model_file(path, stored_model(name).sha256)


def fetch(name: str, folder: Path | None = None, opener: Opener = urlopen) -> Path:
    """Download a model, check it, then put it in ``folder`` in one step; return its path.

    ModelError in one line when it cannot be had, is not the pinned file or cannot be written;
    what was there before then stays as it was.
    """
    model = stored_model(name)
    data = _download(model, opener)
    actual = sha256(data).hexdigest()
    if actual != model.sha256:
        raise ModelError(f'{model.url}: sha256 is {actual}, expected {model.sha256}')
    path = (folder or model_folders()[0]) / model.file
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_atomically(path, data)
    except OSError as error:
        raise ModelError(f'{path}: cannot be written: {error.strerror}') from error
    return path


def _download(model: StoredModel, opener: Opener) -> bytes:
    """Return what the address holds, at most one byte more than expected."""
    with _download_errors(model.url), opener(model.url, timeout=TIMEOUT_S) as response:
        return response.read(model.size + 1)


@contextmanager
def _download_errors(url: str) -> Iterator[None]:
    try:
        yield
    except HTTPError as error:
        error.close()
        raise ModelError(f'{url}: the server answers {error.code} {error.reason}') from error
    except URLError as error:
        raise ModelError(f'{url}: cannot be reached: {error.reason}') from error
    except (OSError, HTTPException) as error:
        raise ModelError(f'{url}: the download broke off: {error!r}') from error


def _write_atomically(path: Path, data: bytes) -> None:
    """Write beside the target, then rename: a reader sees the old file or the whole new one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        draft = Path(file.name)
        try:
            file.write(data)
            file.flush()
            draft.chmod(0o644)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
