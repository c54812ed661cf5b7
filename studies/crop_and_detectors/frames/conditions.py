# SPDX-License-Identifier: MIT
"""What can happen to a face between the person and the network: light, lens, pose, cover."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from emotion_ros.perception.image.decode import ImageArray
from studies.crop_and_detectors.frames.corruption import CORRUPTIONS, Corruption
from studies.crop_and_detectors.frames.synthetic_frames import SyntheticFrame

Rng = np.random.Generator
Condition = Callable[[SyntheticFrame, Rng], SyntheticFrame]
"""Returns another frame with the face in the same square; the one given stays as it is."""

CAMERA = ('blur, 2 px', 'a quarter of the light', 'a tenth of the light', 'jpeg, quality 30')
COVERED = 0.2  # of the area of the square
EYES_Y, EYES_X = 0.38, (0.31, 0.69)
"""Where eyes mostly are in FER2013's squares."""
MOUTH_FROM = 0.6


def of_camera(corrupt: Corruption) -> Condition:
    """Apply a corruption to the whole frame."""
    return lambda frame, rng: replace(frame, image=corrupt(frame.image, rng))


def rolled(deg: float) -> Condition:
    """Tilt everything around the face, to either side."""

    def apply(frame: SyntheticFrame, rng: Rng) -> SyntheticFrame:
        centre = frame.left + frame.side / 2, frame.top + frame.side / 2
        matrix = cv2.getRotationMatrix2D(centre, deg * float(rng.choice([-1, 1])), 1.0)
        size = frame.image.shape[1::-1]
        image = cv2.warpAffine(frame.image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
        return replace(frame, image=np.asarray(image, np.uint8))

    return apply


def covered(frame: SyntheticFrame, rng: Rng) -> SyntheticFrame:
    """Put a rectangle of one grey anywhere over the face, such as a hand or a cup."""
    image, side = frame.image.copy(), frame.side
    height = round(side * rng.uniform(COVERED, 2 * COVERED))
    width = round(side * side * COVERED / height)
    top = frame.top + int(rng.integers(0, side - height + 1))
    left = frame.left + int(rng.integers(0, side - width + 1))
    patch = image[top : top + height, left : left + width]
    patch[:] = np.clip(rng.integers(0, 256) + rng.normal(0, 4, patch.shape), 0, 255)
    return replace(frame, image=image)


def masked(frame: SyntheticFrame, rng: Rng) -> SyntheticFrame:
    """Draw a surgical mask: from the nose to the chin, with three folds and its bands."""
    outline = ((0.5, MOUTH_FROM - 0.04), (0.84, 0.66), (0.78, 0.94), (0.5, 1.0), (0.22, 0.94))
    points = _places(frame, (*outline, (0.16, 0.66)))
    image, shade = frame.image.copy(), int(rng.integers(120, 230))
    cv2.fillPoly(image, [points], (shade, shade, shade))
    thick = max(1, frame.side // 60)
    for y in (0.7, 0.78, 0.86):
        start, end = _places(frame, ((0.2, y), (0.8, y)))
        cv2.line(image, start.tolist(), end.tolist(), (shade - 25,) * 3, thick)
    for x, edge in ((0.16, 0.0), (0.84, 1.0)):
        start, end = _places(frame, ((x, 0.67), (edge, 0.5)))
        cv2.line(image, start.tolist(), end.tolist(), (shade,) * 3, thick)
    return replace(frame, image=image)


def with_glasses(frame: SyntheticFrame, rng: Rng) -> SyntheticFrame:
    """Draw dark rims around both eyes, a bridge, temples and a reflection."""
    image, thick = frame.image.copy(), max(1, frame.side // 24)
    shade = (int(rng.integers(10, 60)),) * 3
    radius = round(0.15 * frame.side), round(0.12 * frame.side)
    for x in EYES_X:
        (centre,) = _places(frame, ((x, EYES_Y),))
        cv2.ellipse(image, centre.tolist(), radius, 0, 0, 360, shade, thick, cv2.LINE_AA)
        glare = round(0.6 * radius[0]), round(0.6 * radius[1])
        cv2.ellipse(image, centre.tolist(), glare, 0, 200, 250, (235,) * 3, thick, cv2.LINE_AA)
    for x1, x2 in (
        (EYES_X[0] + 0.15, EYES_X[1] - 0.15),
        (0, EYES_X[0] - 0.15),
        (EYES_X[1] + 0.15, 1),
    ):
        start, end = _places(frame, ((x1, EYES_Y - 0.02), (x2, EYES_Y - 0.02)))
        cv2.line(image, start.tolist(), end.tolist(), shade, thick, cv2.LINE_AA)
    return replace(frame, image=image)


def infrared(frame: SyntheticFrame, rng: Rng) -> SyntheticFrame:
    """Light the frame as an infrared camera's lamp does: flat and pale, dark outside, grainy."""
    rows, columns = np.mgrid[: frame.image.shape[0], : frame.image.shape[1]]
    x, y = frame.left + frame.side / 2, frame.top + frame.side / 2
    far = np.hypot(columns - x, rows - y) / (2.5 * frame.side)
    lamp = np.exp(-(far**2))[:, :, None]
    pale = 90 + 130 * (frame.image / 255.0) ** 0.6
    grain = rng.standard_normal((*frame.image.shape[:2], 1)) * 6
    return replace(frame, image=np.clip(pale * lamp + grain, 0, 255).astype(np.uint8))


def _places(frame: SyntheticFrame, shares: tuple[tuple[float, float], ...]) -> ImageArray:
    """Points of the square, given in shares of its side, as int32 pixels [N, 2]."""
    corner = np.array([frame.left, frame.top])
    return np.rint(corner + frame.side * np.array(shares)).astype(np.int32)


CONDITIONS: dict[str, Condition] = {
    'as it is': lambda frame, _: frame,
    **{name: of_camera(CORRUPTIONS[name]) for name in (*CAMERA, 'noise, 15 of 255')},
    'roll of 15°': rolled(15.0),
    'roll of 30°': rolled(30.0),
    'a fifth covered': covered,
    'mask': masked,
    'glasses': with_glasses,
    'infrared-like': infrared,
}
