"""A file appears whole, or nothing changes."""

from pathlib import Path

import pytest

from emotion_ros.core.errors import ConfigError
from emotion_ros.inference.draft_file import draft_of


def test_it_appears_at_the_end_in_a_folder_that_is_made(tmp_path: Path) -> None:
    path = tmp_path / 'new' / 'folder' / 'out.png'
    with draft_of(path) as draft:
        assert (draft.suffix, draft.parent) == ('.png', path.parent)
        draft.write_bytes(b'whole')
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
        with draft_of(path) as draft:
            draft.write_bytes(b'half')
            raise end

    with pytest.raises(type(end)):
        write_half()
    assert [child.read_bytes() for child in tmp_path.iterdir()] == ([before] if before else [])


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / 'file').write_bytes(b'')
    (tmp_path / 'out.png').mkdir()
    for path in (tmp_path / 'file' / 'out.png', tmp_path / 'out.png', Path('/proc/out.png')):
        with pytest.raises(ConfigError, match=f'^{path}: cannot be written: '), draft_of(path):
            pass
    assert sorted(child.name for child in tmp_path.iterdir()) == ['file', 'out.png']
