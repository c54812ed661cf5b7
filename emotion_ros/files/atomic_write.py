# SPDX-License-Identifier: MIT
"""Files and folders that appear whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emotion_ros.errors import ConfigError


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """Yield an empty file beside ``path``, with its suffix; at the end it becomes ``path``.

    Whatever ends the block early, an interrupt included, removes the draft and leaves ``path``
    as it was. A link stays, and what it points to is written. ConfigError when the folder cannot
    be made or written to, or when ``path`` is there and no file: a device is never replaced.
    """
    try:
        if path.exists() and not path.is_file():
            raise ConfigError(f'{path}: cannot be written: it is there and is no file')
        target = Path(os.path.realpath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(target.suffix, f'.{target.stem}.', target.parent)
    except OSError as error:
        raise ConfigError(f'{path}: cannot be written: {error.strerror}') from error
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        _publish(draft, target)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def draft_folder_of(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``path``; at the end it becomes ``path``, in place of the old.

    Otherwise as ``draft_of``.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp('', f'.{path.name}.', path.parent))
    except OSError as error:
        raise ConfigError(f'{path}: cannot be written: {error.strerror}') from error
    draft = room / 'new'
    draft.mkdir()
    try:
        yield draft
        _publish_folder(draft, path, room / 'old')
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _publish_folder(draft: Path, path: Path, old: Path) -> None:
    """Rename: a folder that is not empty cannot be replaced, so the old one makes way first."""
    try:
        if path.exists():
            path.rename(old)
        draft.rename(path)
    except OSError as error:
        raise ConfigError(f'{path}: cannot be written: {error.strerror}') from error


def _publish(draft: Path, path: Path) -> None:
    """Rename: a reader sees the old file or the whole new one."""
    try:
        draft.chmod(0o644)
        draft.replace(path)
    except OSError as error:
        raise ConfigError(f'{path}: cannot be written: {error.strerror}') from error
