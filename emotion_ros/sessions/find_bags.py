# SPDX-License-Identifier: MIT
"""The recordings that arguments stand for: bags, folders of bags, patterns."""

import re
from collections.abc import Iterable, Sequence
from glob import glob, has_magic
from pathlib import Path

from emotion_ros.bag.storage.files import METADATA, storage_files
from emotion_ros.errors import ConfigError
from emotion_ros.files.content import why_missing


def find_bags(arguments: Iterable[str]) -> list[Path]:
    """Return every recording once, in the order of the arguments, sorted within each.

    ConfigError for an argument that stands for none.
    """
    bags: dict[Path, Path] = {}
    for argument in arguments:
        paths = [Path(argument)]
        if not paths[0].exists() and has_magic(argument):
            paths = [Path(name) for name in sorted(glob(argument, recursive=True))]
        found = [bag for path in paths for bag in _bags_at(path)]
        if not found:
            what = 'has no recordings' if paths and paths[0].exists() else why_missing(argument)
            raise ConfigError(f'{argument}: {what}')
        for bag in found:
            bags.setdefault(bag.resolve(), bag)
    return list(bags.values())


def unique_names(bags: Sequence[Path]) -> list[str]:
    """Return the name of each bag, with as many folders before it as make it unique."""
    parts = [bag.resolve().parts for bag in bags]
    for depth in range(1, max(map(len, parts), default=0) + 1):
        names = ['/'.join(p[-depth:]) for p in parts]
        if len(set(names)) == len(names):
            return names
    return [str(bag) for bag in bags]


def _bags_at(path: Path) -> list[Path]:
    """Return the bags at or below a path; without metadata.yaml, each file is a recording.

    Unless they are called as rosbag2 calls the parts of one recording, ``<folder>_<number>``.
    """
    if not path.is_dir():
        return [path] if path.exists() else []
    if (path / METADATA).exists():
        return [path]
    files = storage_files(path)
    part = re.compile(re.escape(path.resolve().name) + r'_\d+\.')
    if files and all(part.match(file.name) for file in files):
        return [path]
    folders = sorted(child for child in path.iterdir() if child.is_dir())
    return [*files, *(bag for folder in folders for bag in _bags_at(folder))]
