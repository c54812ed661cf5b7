# SPDX-License-Identifier: MIT
"""How well a face can be seen: pose, light, cover and focus, and the quality made of them.

Every figure comes from what the pipeline has anyway, the detector's landmarks and the grey crop.
Whether mouth or eyes are covered, and whether the face is turned by 90 or 180 degrees, where
detectors set upright landmarks, is classified by a network of one hidden layer, trained with
``python -m training.face.coverage``.
"""

from dataclasses import dataclass
from functools import cache
from math import atan, atan2, exp, hypot, pi
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.state import NAN
from emotion_ros.files.checked import read_json
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.crop import face_quality, mean_and_deviation, relative_sharpness
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.image.decode import ImageArray

DARK_RANGE, FULL_RANGE = 12.0, 40.0
"""Grey levels between the 5th and the 95th percentile: FER2013's faces have 50 to 250, 999 of
1,000; at a twentieth of the light 12 at most."""
CLIPPED = 0.5  # share of black and white pixels from which a face counts as badly exposed
NOSE_DEPTH = 0.6  # how far its tip is before the eyes, in distances between the eyes
FREE_ROLL, NO_ROLL = pi / 6, 5 * pi / 12  # tilts up to 30 degrees do no harm, 75 are too much
FREE_YAW, NO_YAW = pi / 5, pi / 2
COVER_SHARE = 0.38  # of the face, when the mouth or the eyes are covered
MUCH_CUT = 0.1  # then the network does not distinguish a turned face from a part of one
ASPECT = 0.78  # width to height of a whole face
BORDER_PX = 2.0
QUARTERS = (0.0, pi / 2, pi, -pi / 2)
PER_SHARE = 2.4  # with a third of the face away, a fifth of the quality is left
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class FaceMeasures:
    """See msg/FaceEmotion.msg for meaning, unit and range; yaw and roll NaN without landmarks."""

    quality: float
    yaw: float
    roll: float
    exposure: float
    occlusion: float
    sharpness: float


def measure_face(
    face: FaceBox, crop: ImageArray, image_width: int = 0, image_height: int = 0
) -> FaceMeasures:
    """Return the measures of a face in an image of this size, and its grey uint8 [48, 48] crop.

    The quality, 0..1, is the least of detector score, size and sharpness, times what pose, light
    and cover leave of it: 1 for ordinary faces. Without a size nothing counts as cut off.
    """
    yaw, roll = head_pose(face)
    view = classify_view(crop)
    sharp = relative_sharpness(crop)
    light = exposure(crop)
    cut = cut_share(face, image_width, image_height) if image_width else 0.0
    if view.turned > 0.5:  # where a detector sets landmarks as if the face were upright
        yaw, roll = NAN, NAN if cut > MUCH_CUT else view.roll
    covered = 0.0 if view.turned > 0.5 else _certain(view.covered)
    hidden = min(1.0, cut + COVER_SHARE * covered)
    seen = max(0.0, 1.0 - PER_SHARE * hidden)
    pose = _falling(abs(yaw), FREE_YAW, NO_YAW) * (
        1.0 - _certain(view.turned)
        if view.turned > 0.5
        else _falling(abs(roll), FREE_ROLL, NO_ROLL)
    )
    quality = face_quality(face, sharp) * light * seen * pose
    return FaceMeasures(quality, yaw, roll, light, hidden, sharp)


def head_pose(face: FaceBox) -> tuple[float, float]:
    """Return yaw and roll (rad) from the landmarks, NaN without them.

    Roll is the angle of the line through the eyes. Yaw follows from how far the tip of the nose,
    which is NOSE_DEPTH before the eyes, lies beside their middle: an estimate of some 10 degrees.
    """
    if not face.landmarks_xy:
        return NAN, NAN
    (x1, y1), (x2, y2), (nose_x, nose_y) = face.landmarks_xy[:3]
    between = hypot(x2 - x1, y2 - y1)
    if between < 1.0:  # in profile
        return NAN, NAN
    aside = ((nose_x - (x1 + x2) / 2) * (x2 - x1) + (nose_y - (y1 + y2) / 2) * (y2 - y1)) / between
    return atan(aside / between / NOSE_DEPTH), atan2(y2 - y1, x2 - x1)


def exposure(crop: ImageArray) -> float:
    """Return 0..1: how much of the brightness scale a grey crop uses without being clipped."""
    counts = np.bincount(crop.ravel(), minlength=256)
    below = np.cumsum(counts)
    low, high = np.searchsorted(below, (0.05 * crop.size, 0.95 * crop.size))
    clipped = float(counts[:3].sum() + counts[253:].sum()) / crop.size
    contrast = (float(high - low) - DARK_RANGE) / (FULL_RANGE - DARK_RANGE)
    return min(max(contrast, 0.0), 1.0) * _falling(clipped, CLIPPED, 1.0)


@dataclass(frozen=True)
class View:
    """What the network sees: P(mouth or eyes covered), P(turned), and by what, in rad.

    ``roll`` is the likeliest of -pi/2, pi/2 and pi, clockwise positive.
    """

    covered: float
    turned: float
    roll: float


def classify_view(crop: ImageArray) -> View:
    """Return what the network sees in a grey uint8 [48, 48]."""
    hidden, hidden_bias, output, output_bias = _network()
    logits = np.maximum(coverage_features(crop) @ hidden + hidden_bias, 0.0) @ output + output_bias
    covered, *of_turns = logits.tolist()
    odds = [exp(logit - of_turns[0]) for logit in of_turns]
    turned = 1.0 - 1.0 / sum(odds)
    roll = QUARTERS[max((1, 2, 3), key=odds.__getitem__)]
    return View(1.0 / (1.0 + exp(-covered)), turned, roll)


def coverage_features(crop: ImageArray) -> Floats:
    """Return [272]: brightness in 12 x 12 parts and both gradients in 8 x 8, of unit contrast."""
    small = cv2.resize(crop, (24, 24), interpolation=cv2.INTER_AREA).astype(np.float32)
    mean, deviation = mean_and_deviation(small)
    small = (small - np.float32(mean)) / np.float32(deviation + 2.0)
    across = np.abs(small[:, 2:] - small[:, :-2])[1:-1]
    down = np.abs(small[2:] - small[:-2])[:, 1:-1]
    parts = ((small, 12), (across, 8), (down, 8))
    shrunk = [cv2.resize(p, (n, n), interpolation=cv2.INTER_AREA).ravel() for p, n in parts]
    return np.concatenate(shrunk).astype(np.float32)


@cache
def _network() -> tuple[Floats, Floats, Floats, Floats]:
    """Return weights and bias of the hidden layer, [272, n] and [n], then [n, 5] and [5]."""
    layers: Any = read_json(packaged_weights() / 'face_coverage.json').content
    return (
        np.array(layers['hidden'], np.float32),
        np.array(layers['hidden_bias'], np.float32),
        np.array(layers['output'], np.float32),
        np.array(layers['output_bias'], np.float32),
    )


def cut_share(face: FaceBox, width: int, height: int) -> float:
    """Return how much of a face the border of the image cuts off, 0..1.

    What of the box lies outside or, as detectors fit it to what can be seen, how much narrower or
    lower than a face it is where it touches the border.
    """
    x1, y1, x2, y2 = face.box_xyxy
    inside_x = max(0.0, min(x2, width) - max(x1, 0.0))
    inside_y = max(0.0, min(y2, height) - max(y1, 0.0))
    if not inside_x or not inside_y:
        return 1.0
    cut = 1.0 - inside_x * inside_y / ((x2 - x1) * (y2 - y1))
    if x1 < BORDER_PX or x2 > width - BORDER_PX:
        cut = max(cut, 1.0 - inside_x / inside_y / ASPECT)
    if y1 < BORDER_PX or y2 > height - BORDER_PX:
        cut = max(cut, 1.0 - inside_y / inside_x * ASPECT)
    return cut


def _certain(probability: float) -> float:
    """Return 0 up to 0.5, so that ordinary faces are left alone, then up to 1."""
    return max(0.0, 2.0 * probability - 1.0)


def _falling(value: float, free: float, most: float) -> float:
    """Return 1 up to ``free`` and for NaN, then less in a straight line, 0 from ``most``."""
    return 1.0 if not value > free else max(0.0, (most - value) / (most - free))
