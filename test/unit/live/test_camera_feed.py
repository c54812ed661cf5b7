# SPDX-License-Identifier: MIT
"""A video is played over and over; a stream that breaks is opened again."""

from contextlib import ExitStack
from itertools import pairwise
from threading import Event
from time import monotonic

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.live.camera_feed import CameraFeed
from image_files import RATE_HZ, make_picture, make_video
from mjpeg_server import mjpeg_server


def test_a_video_is_played_at_its_rate_and_begins_again(tmp_path):
    stopping, times, problems = Event(), [], []
    feed = CameraFeed(str(make_video(tmp_path / 'a.avi', 4)))

    def on_image(image_bgr, stamp_s):
        assert image_bgr.ndim == 3
        times.append(stamp_s)
        if len(times) == 6:
            stopping.set()

    begins: list[float] = []
    feed.on_begin = begins.append
    began_s = monotonic()
    feed.play(stopping, on_image, problems.append)
    assert (len(times), problems) == (6, [])
    assert len(begins) == 2
    assert all(0 <= times[first] - at_s < 0.5 for first, at_s in zip((0, 4), begins, strict=True))
    assert times[3] - began_s >= 3 / RATE_HZ
    assert all(earlier <= later for earlier, later in pairwise(times))


def test_a_stream_that_breaks_is_opened_again(tmp_path):
    jpeg = make_picture(tmp_path / 'a.jpg', 40).read_bytes()
    stopping, problems = Event(), []
    with ExitStack() as first, ExitStack() as second:
        server = first.enter_context(mjpeg_server(jpeg))
        port = server.server_address[1]

        def on_image(image_bgr, stamp_s):
            if not problems:
                first.close()

        def on_problem(problem):
            problems.append(problem)
            if len(problems) == 2:
                second.enter_context(mjpeg_server(jpeg, port))
            if not problem:
                stopping.set()

        CameraFeed(server.url).play(stopping, on_image, on_problem)
    lost = [f'camera lost: trying again in {pause} s' for pause in ('0.5', '1')]
    assert problems == [*lost, '']


def test_a_feed_that_is_stopped_ends_without_a_problem(tmp_path):
    stopping, problems = Event(), []
    stopping.set()
    CameraFeed(str(make_video(tmp_path / 'a.avi'))).play(stopping, print, problems.append)
    assert problems == []


def test_a_picture_is_no_camera(tmp_path):
    path = make_picture(tmp_path / 'a.jpg')
    with pytest.raises(ConfigError, match=r'a.jpg: is no camera, video or stream \(for pictures'):
        CameraFeed(str(path))
