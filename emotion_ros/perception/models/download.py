# SPDX-License-Identifier: MIT
"""Explicit, verified, atomic download of third-party models."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.files.atomic_write import atomic_write, atomic_write_folder
from emotion_ros.perception.models.file import BLOCK_BYTES
from emotion_ros.perception.models.registry import (
    ExternalFile,
    external_model,
    model_folders,
)

TIMEOUT_S = 30.0

Opener = Callable[..., IO[bytes]]
"""Called with a URL and ``timeout=`` in seconds, like urllib.request.urlopen."""

Progress = Callable[[int], None]
"""Called with the number of bytes received since the last call."""


def fetch(
    name: str,
    folder: Path | None = None,
    opener: Opener = urlopen,
    on_bytes: Progress | None = None,
) -> Path:
    """Download a model, verify it, then move it into ``folder``; return its path there.

    ModelError in one line when it cannot be downloaded or has another hash, ConfigError when it
    cannot be written. After any failure the folder is as it was before.
    """
    model = external_model(name)
    entry = (folder or model_folders()[0]) / model.entry
    with atomic_write_folder(entry) if model.folder else atomic_write(entry) as temporary:
        for file, path in zip(model.files, model.paths(temporary), strict=True):
            _download(file, path, opener, on_bytes)
    return entry


def _download(file: ExternalFile, path: Path, opener: Opener, on_bytes: Progress | None) -> None:
    """Write one file; ModelError unless its bytes have the pinned hash."""
    digest, size = sha256(), 0
    for block in _blocks(file, opener):
        digest.update(block)
        size += len(block)
        try:
            with path.open('ab') as stream:
                stream.write(block)
        except OSError as error:
            raise ConfigError(f'{path.parent}: cannot be written: {error.strerror}') from error
        if on_bytes is not None:
            on_bytes(len(block))
    if size < file.size:
        raise ModelError(f'{file.url}: the download broke off after {size} of {file.size} bytes')
    if digest.hexdigest() != file.sha256:
        actual = digest.hexdigest()
        raise ModelError(f'{file.url}: sha256 is {actual}, expected {file.sha256}')


def _blocks(file: ExternalFile, opener: Opener) -> Iterator[bytes]:
    """Yield the bytes of the URL, at most one more than expected; ModelError when it fails."""
    left = file.size + 1
    try:
        with opener(file.url, timeout=TIMEOUT_S) as response:
            while left > 0 and (block := response.read(min(BLOCK_BYTES, left))):
                left -= len(block)
                yield block
    except HTTPError as error:
        error.close()
        raise ModelError(f'{file.url}: the server answers {error.code} {error.reason}') from error
    except URLError as error:
        raise ModelError(f'{file.url}: cannot be reached: {error.reason}') from error
    except (OSError, HTTPException) as error:
        raise ModelError(f'{file.url}: the download broke off: {error!r}') from error
