# SPDX-License-Identifier: MIT
"""Atomic writing: a file or folder appears complete or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emotion_ros.errors import ConfigError


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield an empty temporary file beside ``path``, with its suffix, that replaces it at the end.

    If the block raises, KeyboardInterrupt included, the temporary file is removed and ``path``
    stays as it was. Through a symbolic link the target is written and the link stays.
    ConfigError when the folder cannot be made or written to, or when ``path`` exists and is not
    a file: a device is never replaced.
    """
    with _writing(path):
        if path.exists() and not path.is_file():
            raise ConfigError(f'{path}: cannot be written: it exists and is not a file')
        target = Path(os.path.realpath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(target.suffix, f'.{target.stem}.', target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with _writing(path):
            temporary.chmod(0o644)
            temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_write_folder(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder beside ``path`` that replaces it at the end.

    Otherwise as ``atomic_write``.
    """
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        parent = Path(tempfile.mkdtemp('', f'.{path.name}.', path.parent))
    temporary = parent / 'new'
    temporary.mkdir()
    try:
        yield temporary
        with _writing(path):
            if path.exists():  # a folder that is not empty cannot be replaced in one step
                path.rename(parent / 'old')
            temporary.rename(path)
    finally:
        shutil.rmtree(parent, ignore_errors=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(f'{path}: cannot be written: {error.strerror}') from error
