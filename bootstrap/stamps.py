# SPDX-License-Identifier: MIT
"""Stamps: which step was done with which inputs, so that it is not done twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def digest(parts: Iterable[str | bytes]) -> str:
    """Return a hash of the parts and of where one ends and the next begins."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        sha.update(b'%d:' % len(data))
        sha.update(data)
    return sha.hexdigest()


class Stamps:
    """A JSON file of step names and the digest of the inputs they were last done with."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._done: dict[str, str] = json.loads(path.read_text()) if path.is_file() else {}

    def __contains__(self, step: str) -> bool:
        """Whether the step was ever done."""
        return step in self._done

    def is_current(self, step: str, inputs: str) -> bool:
        """Whether the step was done with these inputs."""
        return self._done.get(step) == inputs

    def record(self, step: str, inputs: str) -> None:
        """Remember that the step is done."""
        self._done[step] = inputs
        self._path.write_text(json.dumps(self._done, indent=1))
