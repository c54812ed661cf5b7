# SPDX-License-Identifier: MIT
"""Shared-memory segments of Fast DDS: those of a running process, and their removal."""

from pathlib import Path

import psutil

FOLDER = Path('/dev/shm')  # noqa: S108 - where Linux mounts it
NAMES = ('fastdds_', 'fastrtps_')
LOCK = '_el'


def segments(pid: int) -> set[Path]:
    """Return the segments that a running process has created: it holds their lock files open.

    Segments of other processes are only mapped. Ports are left out: processes share them.
    """
    opened = (Path(file.path) for file in psutil.Process(pid).open_files())
    locks = (path for path in opened if path.parent == FOLDER and path.name.endswith(LOCK))
    owned = (path.with_name(path.name.removesuffix(LOCK)) for path in locks)
    return {path for path in owned if path.name.startswith(NAMES) and '_port' not in path.name}


def remove(paths: set[Path]) -> None:
    """Remove the segments that a killed process has left behind."""
    for path in paths:
        path.unlink(missing_ok=True)
        path.with_name(path.name + LOCK).unlink(missing_ok=True)
