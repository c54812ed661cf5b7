# SPDX-License-Identifier: MIT
"""Fetching a model of others: only when a person asks, whole and checked, or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.files.atomic_write import draft_folder_of, draft_of
from emotion_ros.perception.models.registry import (
    BLOCK_BYTES,
    StoredFile,
    StoredModel,
    model_folders,
    stored_model,
)

TIMEOUT_S = 30.0

Opener = Callable[..., IO[bytes]]
"""Called with an address and ``timeout=`` seconds, like urllib.request.urlopen."""

Progress = Callable[[int], None]
"""Called with the number of bytes that have come since the last call."""


def fetch(
    name: str,
    folder: Path | None = None,
    opener: Opener = urlopen,
    on_bytes: Progress | None = None,
) -> Path:
    """Download a model, check it, then put it in ``folder`` in one step; return its entry there.

    ModelError in one line when it cannot be had or is not the pinned one, ConfigError when it
    cannot be written. Whatever ends it early, what was there before stays as it was.
    """
    model = stored_model(name)
    entry = (folder or model_folders()[0]) / model.entry
    with _draft(model, entry) as draft:
        for file, path in zip(model.files, model.paths(draft), strict=True):
            _download(file, path, opener, on_bytes or _unwatched)
    return entry


@contextmanager
def _draft(model: StoredModel, entry: Path) -> Iterator[Path]:
    with draft_folder_of(entry) if model.folder else draft_of(entry) as draft:
        yield draft


def _download(file: StoredFile, path: Path, opener: Opener, on_bytes: Progress) -> None:
    """Write what the address holds; ModelError unless its bytes are the pinned ones."""
    digest, size = sha256(), 0
    for block in _blocks(file, opener):
        digest.update(block)
        size += len(block)
        _append(path, block)
        on_bytes(len(block))
    if size < file.size:
        raise ModelError(f'{file.url}: the download broke off after {size} of {file.size} bytes')
    if digest.hexdigest() != file.sha256:
        actual = digest.hexdigest()
        raise ModelError(f'{file.url}: sha256 is {actual}, expected {file.sha256}')


def _blocks(file: StoredFile, opener: Opener) -> Iterator[bytes]:
    """Yield what comes, at most a block more than expected."""
    left = file.size + 1
    with _network_errors(file.url), opener(file.url, timeout=TIMEOUT_S) as response:
        while left > 0 and (block := response.read(min(BLOCK_BYTES, left))):
            left -= len(block)
            yield block


@contextmanager
def _network_errors(url: str) -> Iterator[None]:
    try:
        yield
    except HTTPError as error:
        error.close()
        raise ModelError(f'{url}: the server answers {error.code} {error.reason}') from error
    except URLError as error:
        raise ModelError(f'{url}: cannot be reached: {error.reason}') from error
    except (OSError, HTTPException) as error:
        raise ModelError(f'{url}: the download broke off: {error!r}') from error


def _unwatched(count: int) -> None:
    del count


def _append(path: Path, block: bytes) -> None:
    try:
        with path.open('ab') as file:
            file.write(block)
    except OSError as error:
        raise ConfigError(f'{path.parent}: cannot be written: {error.strerror}') from error
