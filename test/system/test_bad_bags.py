"""What cannot be replayed gives one line that says why, and exit code 2."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from emotion_ros.tools.bag_writer import BagWriter
from emotion_ros.tools.cli import main
from make_bag import START_NS
from small_bags import make_evidence_bag, make_speech_bag

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


def unclosed(path: Path) -> Path:
    make_evidence_bag(path)
    (path / 'metadata.yaml').unlink()
    return path


def foreign(path: Path) -> Path:
    with BagWriter(path) as writer:
        writer.write(START_NS, '/battery', 'sensor_msgs/msg/BatteryState', {})
    return path


def changed_definition(path: Path) -> Path:
    make_evidence_bag(path)
    metadata = path / 'metadata.yaml'
    metadata.write_text(metadata.read_text().replace('RIHS01_', 'RIHS01_0'))
    return path


def two_speakers(path: Path) -> Path:
    make_speech_bag(path, '/left', '/right')
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
        (empty, '', 'damaged or no bag'),
        (text_file, '', 'is no rosbag2 folder'),
        (garbage, '', 'damaged or no bag'),
        (unclosed, '', 'ros2 bag reindex'),
        (missing_file, '', 'missing'),
        (truncated(mcap, 0.5), '', 'damaged or no bag'),
        (truncated(sqlite, 0.5), '', 'damaged'),
        (flipped, '', 'damaged or no bag'),
        (changed_definition, '', 'another version of emotion_ros/msg'),
        (foreign, '', '/battery (sensor_msgs/msg/BatteryState)'),
        (foreign, '--from evidence', '/battery (sensor_msgs/msg/BatteryState)'),
        (good, '--from images', '/emotion/faces (emotion_ros/msg/FaceEmotionArray)'),
        (good, '--image-topic /nose', 'no usable topic /nose; it has /emotion/evidence'),
        (two_speakers, '', '/left, /right; choose one with --speech-topic'),
        (good, '--from evidence --image-topic /nose', 'have no use'),
        (good, '--weight face', "--weight 'face' is not MODALITY=NUMBER"),
        (good, '--weight face=much', 'is not MODALITY=NUMBER'),
        (good, '--weight face=nan', 'is not MODALITY=NUMBER'),
        (good, '--weight =1', 'is not MODALITY=NUMBER'),
        (good, '--weight face=-1', 'below 0'),
        (good, '--weight face=6', 'above 5'),
        (good, '--weight fase=1', "'fase' is no modality of this bag (it has face, text, voice)"),
        (good, '--without txt', "'txt' is no modality of this bag"),
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
    assert 'exists already' in capsys.readouterr().err
    assert sorted(p.name for p in (tmp_path / 'bag').iterdir()) == before


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
