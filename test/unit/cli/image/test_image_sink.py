# SPDX-License-Identifier: MIT
"""Annotated pictures and videos, read back."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from emotion_ros.cli.image.image_sink import open_image_sink
from emotion_ros.errors import ConfigError
from emotion_ros.perception.image.source import Pictures
from emotion_ros.perception.image.video_file import Video
from image_files import RATE_HZ, make_picture, make_video

GREY = np.full((48, 64, 3), 128, np.uint8)


@pytest.fixture
def video(tmp_path: Path) -> Video:
    return Video(make_video(tmp_path / 'in.avi'))


@pytest.mark.parametrize('suffix', ['.png', '.jpg', '.JPG'])
def test_a_picture(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f'out{suffix}'
    with open_image_sink(path, Pictures([make_picture(tmp_path / 'in.png')])) as file:
        file.add(GREY, 0.0)
    assert abs(int(cv2.imread(str(path))[0, 0, 0]) - 128) <= 2


@pytest.mark.parametrize('suffix', ['.mp4', '.avi'])
def test_a_video_shows_every_image_when_it_was_taken(
    tmp_path: Path, video: Video, suffix: str
) -> None:
    path = tmp_path / f'out{suffix}'
    with open_image_sink(path, video) as file:
        for level, at_s in ((20, 0.0), (60, 0.1), (80, 0.11), (100, 0.5)):
            file.add(np.full((48, 64, 3), level, np.uint8), at_s)
    written = Video(path)
    assert written.rate_hz == RATE_HZ
    means = [float(np.mean(sample.image_bgr)) for sample in written.samples()]
    assert means == pytest.approx([20, 60, 100, 100, 100, 100], abs=4)


def test_refusals_leave_no_file(tmp_path: Path, video: Video) -> None:
    (tmp_path / 'folder.png').mkdir()
    before = sorted(tmp_path.iterdir())
    one = Pictures([tmp_path / 'a.png'])
    for name, source, complaint in [
        ('out.gif', video, 'the output for a video or webcam must end with .mp4, .avi'),
        ('out', video, 'the output for a video or webcam must end with .mp4, .avi'),
        ('out.png', video, 'the output for a video or webcam must end with .mp4, .avi'),
        ('out.mp4', one, 'the output for a picture must end with .jpg, .jpeg, .png'),
        ('out.png', Pictures([Path('a.png')] * 2), 'out.png: takes one picture, not 2'),
        ('folder.png', one, 'folder.png: is a folder'),
    ]:
        with (
            pytest.raises(ConfigError, match=complaint),
            open_image_sink(tmp_path / name, source),
        ):
            pass
    assert sorted(tmp_path.iterdir()) == before


def test_an_interrupted_video_leaves_no_file(tmp_path: Path, video: Video) -> None:
    before = sorted(tmp_path.iterdir())

    def write_half() -> None:
        with open_image_sink(tmp_path / 'out.mp4', video) as file:
            file.add(GREY, 0.0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert sorted(tmp_path.iterdir()) == before
