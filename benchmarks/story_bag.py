# SPDX-License-Identifier: MIT
"""A storyboard as a rosbag2 recording: what the camera saw, and the words."""

from pathlib import Path

from emotion_ros.bag.types import IMAGE, STRING
from emotion_ros.bag.writer import NANOSECONDS, BagWriter
from emotion_ros.demo.frame_renderer import HEIGHT, WIDTH, ScenePainter
from emotion_ros.demo.storyboard import Storyboard

START_S = 1_700_000_000
RATE_HZ = 10


def write_story(path: Path, storyboard: Storyboard, folder: Path) -> None:
    """Write a new bag; pictures are looked up in ``folder``."""
    painter = ScenePainter(storyboard, folder)
    with BagWriter(path) as writer:
        for cue in storyboard.cues:
            if cue.say:
                writer.write(_ns(cue.at_s), '/speech_to_text', STRING, {'data': cue.say})
        for number in range(round(storyboard.duration_s * RATE_HZ)):
            at_s = number / RATE_HZ
            view = storyboard.view_at(at_s)
            if view.camera_on:
                fields = {
                    'header': {'stamp': START_S + at_s, 'frame_id': 'camera'},
                    'height': HEIGHT,
                    'width': WIDTH,
                    'encoding': 'bgr8',
                    'step': 3 * WIDTH,
                    'data': painter.paint(view, number).reshape(-1),
                }
                writer.write(_ns(at_s), '/camera/image_raw', IMAGE, fields)


def _ns(at_s: float) -> int:
    return round((START_S + at_s) * NANOSECONDS)
