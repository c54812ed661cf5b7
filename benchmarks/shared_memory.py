# SPDX-License-Identifier: MIT
"""The shared memory of Fast DDS: what a process has of its own, and what a killed one leaves."""

from pathlib import Path

import psutil

FOLDER = Path('/dev/shm')  # noqa: S108 - it is where Linux has it
NAMES = ('fastdds_', 'fastrtps_')
LOCK = '_el'


def segments(process: int) -> set[Path]:
    """Return the segments that a running process has made: those whose lock it holds open.

    Those of others it only maps. Ports are left out: they are shared, and stay for the next.
    """
    opened = (Path(file.path) for file in psutil.Process(process).open_files())
    locks = (path for path in opened if path.parent == FOLDER and path.name.endswith(LOCK))
    owned = (path.with_name(path.name.removesuffix(LOCK)) for path in locks)
    return {path for path in owned if path.name.startswith(NAMES) and '_port' not in path.name}


def remove(paths: set[Path]) -> None:
    """Remove what a process left that was killed."""
    for path in paths:
        path.unlink(missing_ok=True)
        path.with_name(path.name + LOCK).unlink(missing_ok=True)
