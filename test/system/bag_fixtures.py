# SPDX-License-Identifier: MIT
"""Bags made once per run, and the networks that read them."""

from pathlib import Path

import pytest

from golden import has_weights
from make_bag import Bags, make_bag


@pytest.fixture(scope='session')
def bags(tmp_path_factory: pytest.TempPathFactory) -> Bags:
    """Return the function that makes a variant of the test bag, or the one made before."""
    made: dict[tuple[object, ...], Path] = {}

    def bag(transport: str = 'raw', storage: str = 'sqlite3', version: int = 8) -> Path:
        variant = (transport, storage, version)
        if variant not in made:
            made[variant] = tmp_path_factory.mktemp('bags') / '_'.join(map(str, variant))
            make_bag(made[variant], transport, storage, version)
        return made[variant]

    return bag


@pytest.fixture
def weights() -> None:
    """Skip where the networks are missing."""
    if not has_weights():
        pytest.skip('emotion_ros/weights has no networks')
