# SPDX-License-Identifier: MIT
"""Bags, folders of bags and patterns on a command line."""

from pathlib import Path

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.sessions.find_bags import find_bags, unique_names


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder as a lab keeps it: by person, one split bag, loose files, notes."""
    for name in (
        'p1/run/metadata.yaml',
        'p1/run/run_0.mcap',
        'p2/run/metadata.yaml',
        'p2/run/run_0.db3',
        'split/split_0.mcap',
        'split/split_1.mcap',
        'loose/monday.mcap',
        'loose/tuesday.mcap.zstd',
        'notes/readme.txt',
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


LOOSE = ['loose/monday.mcap', 'loose/tuesday.mcap.zstd']


@pytest.mark.parametrize(
    ('arguments', 'found'),
    [
        ([], []),
        (['p1/run'], ['p1/run']),
        (['p1/run/run_0.mcap'], ['p1/run/run_0.mcap']),
        (['.'], [*LOOSE, 'p1/run', 'p2/run', 'split']),
        (['p2', 'p1', 'p2/run'], ['p2/run', 'p1/run']),
        (['p2', 'p1/../p2/run'], ['p2/run']),
        (['p*/run'], ['p1/run', 'p2/run']),
        (
            ['**/*.mcap'],
            ['loose/monday.mcap', 'p1/run/run_0.mcap', *map('split/split_{}.mcap'.format, (0, 1))],
        ),
        (['loose'], LOOSE),
    ],
)
def test_every_recording_is_found_once(folder: Path, arguments, found):
    assert find_bags(arguments) == [Path(name) for name in found]


@pytest.mark.parametrize(
    ('argument', 'problem'),
    [
        ('absent', 'absent: no such file or folder'),
        ('absent*', r'absent\*: no such file or folder'),
        ('notes', 'notes: has no recordings'),
    ],
)
def test_an_argument_without_recordings_is_an_error(folder: Path, argument, problem):
    with pytest.raises(ConfigError, match=problem):
        find_bags(['p1', argument])


@pytest.mark.parametrize(
    ('bags', 'names'),
    [
        ([], []),
        (['p1/run'], ['run']),
        (['p1/run', 'loose/monday.mcap'], ['run', 'monday.mcap']),
        (['p1/run', 'p2/run'], ['p1/run', 'p2/run']),
    ],
)
def test_a_name_has_as_many_folders_as_it_needs(bags, names):
    assert unique_names([Path(bag) for bag in bags]) == names
