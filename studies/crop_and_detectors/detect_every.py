# SPDX-License-Identifier: MIT
"""What ``detect_every`` costs and saves: a known face on a known path, 30 images a second.

Prints the table of README.md: processor time per image to know where the face is, and
how well the box lies on it (mean and worst intersection over union with the box detected in the
still picture, moved along).
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.detectors.factory import KINDS, make_detector
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.perception.image.decode import ImageArray
from studies.crop_and_detectors.frames.synthetic_frames import GREY, HEIGHT, WIDTH

PORTRAIT = Path(__file__).parents[2] / 'config/demo/astronaut.jpg'
EVERY = (1, 2, 3, 5, 10)
SPEEDS = (0.5, 2.0)  # face sizes per second
FPS = 30
SECONDS = 4
REACH = 80.0  # px, from the middle to either side


class NoClassifier:
    """Stands in for the network, which is not measured here."""

    crop_size = (48, 48)

    def classify(self, crops: ImageArray) -> NDArray[np.float64]:
        """Return seven equal probabilities per crop."""
        return np.full((len(crops), 7), 1 / 7)


def main() -> None:
    """Print a line of CSV per speed and value of ``detect_every``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--detector', choices=KINDS, default='auto')
    args = parser.parse_args()
    portrait = cv2.imread(str(PORTRAIT))
    print('detector,sizes_per_s,detect_every,cpu_ms_per_image,mean_iou,worst_iou')
    for speed in SPEEDS:
        for every in EVERY:
            detector = make_detector(args.detector)
            config = VisionConfig(detect_every=every)
            pipeline = FacePipeline(detector, NoClassifier(), config)  # type: ignore[arg-type]
            seconds, overlaps = run(pipeline, portrait, speed)
            row = f'{1e3 * seconds:.1f},{np.mean(overlaps):.2f},{np.min(overlaps):.2f}'
            print(f'{detector.name},{speed},{every},{row}', flush=True)


def run(pipeline: FacePipeline, portrait: ImageArray, speed: float) -> tuple[float, list[float]]:
    """Return processor seconds per image and the overlap in every image."""
    (still,) = pipeline.detector.detect(place(portrait, 1.0, 0.0))
    times, overlaps = [], []
    for k, (zoom, shift) in enumerate(path(still.size_px * speed)):
        image = place(portrait, zoom, shift)
        began_s = process_time()
        report = pipeline.process(image, k / FPS)
        pipeline.run_deferred()
        times.append(process_time() - began_s)
        x1, y1, x2, y2 = report.faces[0].box_xyxy if report.faces else (0.0,) * 4
        box = np.array([x1 * WIDTH, y1 * HEIGHT, x2 * WIDTH, y2 * HEIGHT])
        overlaps.append(overlap(box, move(np.array(still.box_xyxy), zoom, shift)))
    return float(np.mean(times)), overlaps


def path(speed_px: float) -> Iterator[tuple[float, float]]:
    """Yield zoom and shift to the right, in px, of every image: to and fro, near and far."""
    for k in range(FPS * SECONDS):
        phase = speed_px * k / FPS / REACH
        yield 1.0 + 0.15 * np.sin(phase / 2), REACH * np.sin(phase)


def place(portrait: ImageArray, zoom: float, shift: float) -> ImageArray:
    """Return a frame with the portrait in its middle, zoomed and shifted to the right."""
    frame = cv2.warpAffine(
        portrait, matrix(zoom, shift), (WIDTH, HEIGHT), borderValue=(GREY, GREY, GREY)
    )
    return np.asarray(frame, np.uint8)


def matrix(zoom: float, shift: float) -> NDArray[np.float64]:
    """Return the 2x3 matrix from the portrait (400 px) to the frame."""
    return np.array(
        [[zoom, 0, WIDTH / 2 + shift - 200 * zoom], [0, zoom, HEIGHT / 2 - 200 * zoom]]
    )


def move(box: NDArray[np.float64], zoom: float, shift: float) -> NDArray[np.float64]:
    """Return where a box of the still frame (zoom 1, shift 0) lies in another."""
    centre = np.array([WIDTH / 2, HEIGHT / 2] * 2)
    return (box - centre) * zoom + centre + np.array([shift, 0.0] * 2)


def overlap(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return intersection over union of two boxes xyxy."""
    sides = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None)
    union = np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - np.prod(sides)
    return float(np.prod(sides) / union)


if __name__ == '__main__':
    main()
