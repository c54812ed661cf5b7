# SPDX-License-Identifier: MIT
"""A file appears whole, or nothing changes."""

import os
from pathlib import Path

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.files.atomic_write import atomic_write


def test_it_appears_at_the_end_in_a_folder_that_is_made(tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'folder' / 'out.png'
    with atomic_write(path) as temporary:
        assert (temporary.suffix, temporary.parent) == ('.png', path.parent)
        temporary.write_bytes(b'whole')
        assert not path.exists()
    assert path.read_bytes() == b'whole'
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize('end', [ConfigError('no'), KeyboardInterrupt(), SystemExit(1)])
@pytest.mark.parametrize('before', [None, b'older'])
def test_whatever_ends_it_early_leaves_nothing(
    tmp_path: Path, end: BaseException, before: bytes | None
) -> None:
    path = tmp_path / 'out.png'
    if before:
        path.write_bytes(before)

    def write_half() -> None:
        with atomic_write(path) as temporary:
            temporary.write_bytes(b'half')
            raise end

    with pytest.raises(type(end)):
        write_half()
    assert [child.read_bytes() for child in tmp_path.iterdir()] == ([before] if before else [])


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / 'file').write_bytes(b'')
    (tmp_path / 'out.png').mkdir()
    for path in (tmp_path / 'file' / 'out.png', tmp_path / 'out.png', Path('/proc/out.png')):
        with pytest.raises(ConfigError, match=f'^{path}: cannot be written: '), atomic_write(path):
            pass
    assert sorted(child.name for child in tmp_path.iterdir()) == ['file', 'out.png']


def make_folder(path: Path) -> None:
    path.mkdir()


def make_link_to_a_pipe(path: Path) -> None:
    os.mkfifo(path.with_name('pipe'))
    path.symlink_to('pipe')


@pytest.mark.parametrize('make', [make_folder, os.mkfifo, make_link_to_a_pipe])
def test_what_is_no_file_is_refused_before_the_work(tmp_path: Path, make) -> None:
    path = tmp_path / 'out.png'
    make(path)
    before = path.lstat()
    with pytest.raises(ConfigError, match='it exists and is not a file'), atomic_write(path):
        pytest.fail('the work began')
    assert (path.lstat().st_ino, path.lstat().st_mode) == (before.st_ino, before.st_mode)


def test_a_link_stays_and_what_it_points_to_is_written(tmp_path: Path) -> None:
    link, file = tmp_path / 'link.png', tmp_path / 'file.png'
    file.write_bytes(b'older')
    link.symlink_to(file.name)
    with atomic_write(link) as temporary:
        temporary.write_bytes(b'whole')
    assert link.is_symlink()
    assert file.read_bytes() == b'whole'
