# SPDX-License-Identifier: MIT
"""What cannot be replayed gives one line that says why, and exit code 2."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from emotion_ros.bag.writer import BagWriter
from emotion_ros.cli.main import main
from make_bag import START_NS
from small_bags import make_evidence_bag, make_speech_bag

ROOT = Path(__file__).parents[2]
Spoil = Callable[[Path], Path]


def mcap(path: Path) -> Path:
    make_evidence_bag(path, 'mcap')
    return next(path.glob('*.mcap'))


def truncated(make: Spoil, keep: float) -> Spoil:
    def spoil(path: Path) -> Path:
        file = make(path)
        file.write_bytes(file.read_bytes()[: int(file.stat().st_size * keep)])
        return path

    return spoil


def flipped(path: Path) -> Path:
    file = mcap(path)
    data = bytearray(file.read_bytes())
    for at in range(300, len(data) - 300, 97):
        data[at] ^= 0xFF
    file.write_bytes(data)
    return path


def sqlite(path: Path) -> Path:
    make_evidence_bag(path)
    return next(path.glob('*.db3'))


def missing_file(path: Path) -> Path:
    sqlite(path).unlink()
    return path


def foreign(path: Path) -> Path:
    with BagWriter(path) as writer:
        writer.write(START_NS, '/battery', 'sensor_msgs/msg/BatteryState', {})
    return path


def changed_definition(path: Path) -> Path:
    with closing(sqlite3.connect(sqlite(path))) as database:
        database.execute("UPDATE topics SET type_description_hash = 'RIHS01_0'")
        database.commit()
    return path


def two_speakers(path: Path) -> Path:
    make_speech_bag(path, '/r1/speech', '/r2/speech')
    return path


def robot_model(path: Path) -> Path:
    make_speech_bag(path, '/robot_description')
    return path


def text_file(path: Path) -> Path:
    path.write_text('hello')
    return path


def garbage(path: Path) -> Path:
    file = path.with_suffix('.mcap')
    file.write_bytes(b'hello' * 100)
    return file


def empty(path: Path) -> Path:
    file = path.with_suffix('.db3')
    file.touch()
    return file


def good(path: Path) -> Path:
    make_evidence_bag(path)
    return path


@pytest.mark.parametrize(
    ('spoil', 'options', 'reason'),
    [
        (lambda path: path, '', 'no such file'),
        (empty, '', 'damaged or not a bag'),
        (text_file, '', 'is not a rosbag2 folder'),
        (garbage, '', 'damaged or not a bag'),
        (missing_file, '', 'missing'),
        (truncated(mcap, 0.5), '', ' of 22 messages can be read: bag.mcap was never closed'),
        (truncated(sqlite, 0.5), '', 'damaged'),
        (flipped, '', 'damaged or not a bag'),
        (changed_definition, '', 'another version of emotion_ros/msg'),
        (foreign, '', '/battery (sensor_msgs/msg/BatteryState)'),
        (foreign, '--from evidence', '/battery (sensor_msgs/msg/BatteryState)'),
        (good, '--from images', '/emotion/faces (emotion_ros/msg/FaceEmotionArray)'),
        (good, '--image-topic /nose', 'no usable topic /nose; it has /emotion/evidence'),
        (two_speakers, '', '/r1/speech, /r2/speech; choose one with --speech-topic'),
        (robot_model, '', '/robot_description (std_msgs/msg/String)'),
        (robot_model, '', 'nor speech (see --speech-topic)'),
        (good, '--from evidence --image-topic /nose', 'have no effect'),
        (good, '--weight face', "--weight 'face' is not MODALITY=NUMBER"),
        (good, '--weight face=much', 'is not MODALITY=NUMBER'),
        (good, '--weight face=nan', 'is not MODALITY=NUMBER'),
        (good, '--weight =1', 'is not MODALITY=NUMBER'),
        (good, '--weight face=-1', 'below 0'),
        (good, '--weight face=6', 'above 5'),
        (
            good,
            '--weight fase=1',
            "'fase' is not a modality of this bag (it has face, text, voice)",
        ),
        (good, '--without txt', "'txt' is not a modality of this bag"),
        (good, '--params /nowhere.yaml', '/nowhere.yaml: cannot be read'),
        (good, '--output /proc/nowhere', 'cannot be written'),
    ],
)
def test_one_line_says_why(
    spoil: Spoil, options: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = spoil(tmp_path / 'bag')
    assert main(['replay', str(path), *options.split()]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith('emotion-ros: error: ')
    assert reason in error


def test_an_existing_bag_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good(tmp_path / 'bag')
    before = sorted(p.name for p in (tmp_path / 'bag').iterdir())
    path = str(tmp_path / 'bag')
    assert main(['replay', path, '--output', path]) == 2
    assert 'exists already: choose another name' in capsys.readouterr().err
    assert sorted(p.name for p in (tmp_path / 'bag').iterdir()) == before


# A limit on the size of files stands for a full disk.
ON_A_SMALL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
from emotion_ros.cli.main import main
raise SystemExit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(
    ('command', 'largest'),
    [
        ('replay bag --output new', 1),
        ('replay bag --output new', 50_000),
        ('report bag -o new.html', 1),
        ('report bag -o new.html', 10_000),
    ],
)
def test_a_full_disk_is_one_line_and_leaves_nothing(
    command: str, largest: int, tmp_path: Path
) -> None:
    good(tmp_path / 'bag')
    done = subprocess.run(
        [sys.executable, '-c', ON_A_SMALL_DISK, str(largest), *command.split()],
        cwd=tmp_path,
        env={**os.environ, 'PYTHONPATH': str(ROOT), 'PYTHONDONTWRITEBYTECODE': '1'},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert f'{command.split()[-1]}: cannot be written: ' in done.stderr
    assert 'Traceback' not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ['bag']


@pytest.mark.parametrize('storage', ['sqlite3', 'mcap'])
def test_a_bag_that_is_interrupted_is_removed(tmp_path: Path, storage: str) -> None:
    def write_half() -> None:
        with BagWriter(tmp_path / 'bag', storage) as writer:
            writer.write(START_NS, '/battery', 'sensor_msgs/msg/BatteryState', {})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('at', ['-0.1', '99', 'nan', 'inf'])
def test_a_moment_outside_the_bag_is_refused(
    at: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(good(tmp_path / 'bag'))
    assert main(['explain', path, f'--at={at}']) == 2
    assert 'is outside the bag (0 to 3.8 s)' in capsys.readouterr().err


def test_a_bag_that_lost_its_end_gives_what_it_has_and_then_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = good(tmp_path / 'bag')
    shutil.copy(path / 'metadata.yaml', tmp_path / 'kept.yaml')
    shutil.rmtree(path)
    with BagWriter(path) as writer:
        writer.write(START_NS, '/emotion/faces', 'emotion_ros/msg/FaceEmotionArray', {})
    (path / 'metadata.yaml').write_text((tmp_path / 'kept.yaml').read_text())
    assert main(['replay', str(path), '--json']) == 2
    out, err = capsys.readouterr()
    assert out
    assert 'damaged: 1 of 22 messages can be read' in err
