# SPDX-License-Identifier: MIT
"""Makes the bag of the system tests from a storyboard: camera, speech, and one other topic.

python test/system/make_bag.py OUT [--storage mcap] [--transport compressed] [--version 9]
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from emotion_ros.bag.types import COMPRESSED_IMAGE, IMAGE, STRING
from emotion_ros.bag.writer import STORAGES, BagWriter
from emotion_ros.demo.frame_renderer import FrameRenderer
from emotion_ros.demo.storyboard import Storyboard
from emotion_ros.demo.storyboard_file import load_storyboard
from emotion_ros.perception.image.decode import ImageArray

STORYBOARD = Path(__file__).with_name('bag.yaml')
TRANSPORTS = ('raw', 'compressed')
START_NS = 1_700_000_000_000_000_000
FRAME_NS = 200_000_000
TRANSIT_NS = 20_000_000
WIDTH, HEIGHT = 320, 240

Bags = Callable[..., Path]
Fields = dict[str, Any]


def make_bag(
    path: Path, transport: str = 'raw', storage: str = 'sqlite3', version: int = 8
) -> None:
    """Write the bag; every variant holds the same pixels, for PNG loses none.

    Frames come at 5 Hz and are received 20 ms after they were taken; words are received on whole
    ticks of the fusion, where the order of the two matters.
    """
    storyboard = load_storyboard(STORYBOARD)
    with BagWriter(path, storage, version) as writer:
        for time_ns, fields in speech(storyboard):
            writer.write(time_ns, '/speech_to_text', STRING, fields)
        for stamp_ns, image in frames(storyboard):
            header = {'stamp': to_stamp(stamp_ns), 'frame_id': 'camera'}
            if transport == 'raw':
                writer.write(stamp_ns + TRANSIT_NS, '/camera/image_raw', IMAGE, raw(header, image))
            else:
                topic = '/camera/image_raw/compressed'
                fields = compressed(header, image)
                writer.write(stamp_ns + TRANSIT_NS, topic, COMPRESSED_IMAGE, fields)
        for second in range(int(storyboard.duration_s) + 1):
            battery = {'percentage': 1.0 - 0.01 * second}
            time_ns = START_NS + second * 1_000_000_000
            writer.write(time_ns, '/battery', 'sensor_msgs/msg/BatteryState', battery)


def frames(storyboard: Storyboard) -> Iterator[tuple[int, ImageArray]]:
    """Yield the time (ns) and the pixels, BGR [HEIGHT, WIDTH, 3], of every frame."""
    renderer = FrameRenderer(storyboard, STORYBOARD.parent)
    for number in range(int(storyboard.duration_s * 1e9) // FRAME_NS):
        view = storyboard.view_at(number * FRAME_NS / 1e9)
        if view.camera_on:
            painted = renderer.render(view, number)
            small = cv2.resize(painted, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
            yield START_NS + number * FRAME_NS, np.asarray(small, np.uint8)


def speech(storyboard: Storyboard) -> Iterator[tuple[int, Fields]]:
    """Yield the time (ns) and the String of everything that is said."""
    for cue in storyboard.cues:
        if cue.say:
            yield START_NS + round(cue.at_s * 1e9), {'data': cue.say}


def raw(header: Fields, image: ImageArray) -> Fields:
    """Return the fields of a bgr8 Image."""
    height, width = image.shape[:2]
    return {
        'header': header,
        'height': height,
        'width': width,
        'encoding': 'bgr8',
        'step': width * 3,
        'data': image.reshape(-1),
    }


def compressed(header: Fields, image: ImageArray) -> Fields:
    """Return the fields of a CompressedImage with the very same pixels."""
    return {'header': header, 'format': 'png', 'data': cv2.imencode('.png', image)[1].reshape(-1)}


def to_stamp(time_ns: int) -> Fields:
    """Return the fields of a Time."""
    return {'sec': time_ns // 1_000_000_000, 'nanosec': time_ns % 1_000_000_000}


def main() -> None:
    """Make a bag from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('path', type=Path)
    parser.add_argument('--transport', choices=TRANSPORTS, default='raw')
    parser.add_argument('--storage', choices=tuple(STORAGES), default='sqlite3')
    parser.add_argument('--version', type=int, choices=(8, 9), default=8)
    args = parser.parse_args()
    make_bag(args.path, args.transport, args.storage, args.version)


if __name__ == '__main__':
    main()
