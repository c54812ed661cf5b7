# SPDX-License-Identifier: MIT
"""Speed, recall and false alarms of every installed face detector.

Prints the table of docs/detectors.md. Recall is over FER2013 PublicTest faces pasted into grey
frames of 640x480; false alarms are boxes per frame of the same faces' tiles in random order.
"""

import argparse
from statistics import median
from time import process_time

import numpy as np

from emotion_ros.errors import MissingDependency
from emotion_ros.perception.face.detectors.detector import FaceDetector
from emotion_ros.perception.face.detectors.factory import KINDS, make_detector
from emotion_ros.perception.image.decode import ImageArray
from studies.crop_and_detectors.frames.synthetic_frames import (
    load_public_test,
    paste,
    shuffled_frame,
)
from training.face.data import Faces

SIDES = (40, 64, 96, 160)  # px
WIDTHS = (320, 640)  # px, detect_width
REPEATS = 40


def main() -> None:
    """Print one row per installed detector and width."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--faces', type=int, default=200, help='how many, at each size')
    parser.add_argument('--only', choices=KINDS[1:], help='this detector and no other')
    args = parser.parse_args()
    faces = load_public_test(args.faces)
    recalls = ' | '.join(f'{side} px' for side in SIDES)
    print(f'| detector | detect_width | CPU ms | {recalls} | false alarms |')
    print('|---' * (4 + len(SIDES)) + '|')
    for kind in [args.only] if args.only else KINDS[1:]:
        for width in WIDTHS:
            try:
                detector = make_detector(kind, detect_width=width)
            except MissingDependency as missing:
                print(f'<!-- {missing} -->')
                break
            print_row(detector, width, faces)


def print_row(detector: FaceDetector, width: int, faces: Faces) -> None:
    """Measure one detector and print its row."""
    rng = np.random.default_rng(2)
    first = paste(faces.images[0], 160, rng).image
    speed = f'{milliseconds(detector, first):.1f}'
    found = ' | '.join(f'{recall(detector, faces, side, rng):.2f}' for side in SIDES)
    frames = [shuffled_frame(faces, rng) for _ in range(len(faces))]
    false = sum(len(detector.detect(frame)) for frame in frames) / len(frames)
    print(f'| {detector.name} | {width} | {speed} | {found} | {false:.2f} |', flush=True)


def milliseconds(detector: FaceDetector, frame: ImageArray) -> float:
    """Return the median processor time of one detection in a frame of 640x480, in ms.

    Scaling is included. Processor time does not grow when other programs run beside it.
    """
    times = []
    for _ in range(REPEATS):
        start = process_time()
        detector.detect(frame)
        times.append(process_time() - start)
    return 1e3 * median(times)


def recall(detector: FaceDetector, faces: Faces, side: int, rng: np.random.Generator) -> float:
    """Return the share of faces of this size that are found where they are."""
    frames = [paste(face, side, rng) for face in faces.images]
    hits = [frame.best_hit(detector.detect(frame.image)) for frame in frames]
    return sum(hit is not None for hit in hits) / len(hits)


if __name__ == '__main__':
    main()
