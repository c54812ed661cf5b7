# SPDX-License-Identifier: MIT
"""Measures where FER2013's squares lie in each detector's boxes: the table ``CROPS``.

Prints that table, with the spread.
"""

import argparse
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import MissingDependency
from emotion_ros.perception.face.detectors.detector import FaceDetector
from emotion_ros.perception.face.detectors.factory import KINDS, make_detector
from studies.crop_and_detectors.frames.synthetic_frames import (
    SyntheticFrame,
    load_public_test,
    paste,
)

SIDES = (96, 160, 240)  # px


def main() -> None:
    """Print one line per installed detector."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--faces', type=int, default=200, help='how many, at each size')
    args = parser.parse_args()
    rng = np.random.default_rng(1)
    faces = load_public_test(args.faces).images
    frames = [paste(face, side, rng) for side in SIDES for face in faces]
    for kind in KINDS[1:]:
        try:
            detector = make_detector(kind)
        except MissingDependency as missing:
            print(f'# {missing}')
            continue
        print_crop(kind, np.array(list(measure(detector, frames))))


def measure(detector: FaceDetector, frames: list[SyntheticFrame]) -> Iterator[tuple[float, ...]]:
    """Yield, for every face found, FER2013's scale, right and down as in FaceCrop."""
    for frame in frames:
        face = frame.best_hit(detector.detect(frame.image))
        if face is not None:
            x1, y1, x2, y2 = face.box_xyxy
            right = frame.left + frame.side / 2 - (x1 + x2) / 2
            down = frame.top + frame.side / 2 - (y1 + y2) / 2
            yield frame.side / face.size_px, right / face.size_px, down / face.size_px


def print_crop(kind: str, rows: NDArray[np.float64]) -> None:
    """Print the medians as a line of ``CROPS`` and half the middle 68 % as the spread."""
    scale, right, down = np.median(rows, axis=0)
    low, high = np.quantile(rows, (0.16, 0.84), axis=0)
    spread = ', '.join(f'{s:.3f}' for s in (high - low) / 2)
    crop = f'FaceCrop({scale:.2f}, {right:.2f}, {down:.2f})'
    print(f'{kind!r}: {crop},  # spread {spread}; {len(rows)} faces')


if __name__ == '__main__':
    main()
