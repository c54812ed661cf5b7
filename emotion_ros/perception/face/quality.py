# SPDX-License-Identifier: MIT
"""How well a face can be seen: pose, light, cover and focus, and the quality made of them.

Every figure comes from what the pipeline has anyway, the detector's landmarks and the grey crop.
Whether mouth or eyes are covered, and whether the face is turned by 90 or 180 degrees, where
detectors set upright landmarks, is classified by a small convolutional network; whether the border
of the image cuts off a part, by another one from box and landmarks. Both are trained with
``python -m training.face.coverage``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import atan, atan2, exp, hypot, log, pi
from typing import Any

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
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
TURNED, COVERED, CUT = (0.55, 0.67), (0.55, 0.75), (0.75, 0.9)
"""Probabilities from which it counts, and counts in full; 1 to 2 of 100 ordinary faces of FER2013
PublicTest come so far."""
DOUBTFUL = 0.02  # a probability that is farther from 0 and 1
COVER_SHARE = 0.38  # of the face, when the mouth or the eyes are covered
CUT_SHARE = 0.33  # of the faces that the network learned as cut off
NEAR = 0.15  # sizes of a face between its box and a border that may cut it
VIEW_SIDE = 24  # px
FILTER_SIDES = 5, 3
ASPECT = 0.78  # width to height of a whole face
BORDER_PX = 2.0
QUARTERS = (0.0, pi / 2, pi, -pi / 2)
PER_SHARE = 2.4  # with a third of the face away, a fifth of the quality is left
VIEW_PERIOD_S = 0.19  # every sixth image of a camera of 30 Hz
Floats = NDArray[np.float32]
Places = NDArray[np.int64]
Weights = dict[str, Floats]


@dataclass(frozen=True)
class FaceMeasures:
    """See msg/FaceEmotion.msg for meaning, unit and range; yaw and roll NaN without landmarks."""

    quality: float
    yaw: float
    roll: float
    exposure: float
    occlusion: float
    sharpness: float


class FaceMeter:
    """Measures the faces of one camera, by their id.

    What covers, turns or lights a face is looked at anew after VIEW_PERIOD_S and holds meanwhile.
    """

    def __init__(self) -> None:
        self._views: dict[int, tuple[View, float, float]] = {}

    def update(
        self, face_id: int, face: FaceBox, crop: ImageArray, size: tuple[int, int], stamp_s: float
    ) -> FaceMeasures:
        """Return ``measure_face`` of a face in an image of ``size`` (width, height) at a time."""
        known = self._views.get(face_id)
        if known is None or not 0.0 <= stamp_s - known[2] < VIEW_PERIOD_S:
            known = self._views[face_id] = classify_view(crop), exposure(crop), stamp_s
        view, light, _ = known
        return measure_face(face, crop, *size, view, light)

    def keep(self, face_ids: Iterable[int]) -> None:
        """Forget all faces but these."""
        self._views = {i: self._views[i] for i in face_ids if i in self._views}


def measure_face(
    face: FaceBox,
    crop: ImageArray,
    image_width: int = 0,
    image_height: int = 0,
    view: 'View | None' = None,
    light: float | None = None,
) -> FaceMeasures:
    """Return the measures of a face in an image of this size, and its grey uint8 [48, 48] crop.

    The quality, 0..1, is the least of detector score, size and sharpness, times what pose, light
    and cover leave of it: 1 for ordinary faces. Without a size nothing counts as cut off.
    ``view`` and ``light`` are those of the crop, if they are known.
    """
    yaw, roll = head_pose(face)
    view = view or classify_view(crop)
    sharp = relative_sharpness(crop)
    light = exposure(crop) if light is None else light
    cut = cut_share(face, image_width, image_height) if image_width else 0.0
    turned, covered = _rising(view.turned, *TURNED), _rising(view.covered, *COVERED)
    if turned:  # where a detector sets landmarks as if the face were upright
        yaw, roll, covered = NAN, view.roll, 0.0
    hidden = min(1.0, max(cut, COVER_SHARE * covered))
    seen = max(0.0, 1.0 - PER_SHARE * hidden)
    pose = (1.0 - turned) * (1.0 - _rising(abs(yaw), FREE_YAW, NO_YAW))
    if not turned:
        pose *= 1.0 - _rising(abs(roll), FREE_ROLL, NO_ROLL)
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
    return min(max(contrast, 0.0), 1.0) * (1.0 - _rising(clipped, CLIPPED, 1.0))


@dataclass(frozen=True)
class View:
    """What the network sees: P(mouth or eyes covered), P(turned), and by what, in rad.

    ``roll`` is the likeliest of -pi/2, pi/2 and pi, clockwise positive.
    """

    covered: float
    turned: float
    roll: float


def classify_view(crop: ImageArray, network: Weights | None = None) -> View:
    """Return what the network sees in a grey uint8 [48, 48].

    It rates each of the four rotations of the crop: how upright, and whether covered; where that
    leaves a doubt, also those of the mirrored crop, and the mean counts. ``network`` is the
    packaged one.
    """
    network = network or _networks()['view']
    pixels = view_pixels(crop)
    ratings = _rate_rotations(pixels, network)
    view = _view(ratings)
    if DOUBTFUL < view.turned < 1.0 - DOUBTFUL or DOUBTFUL < view.covered < 1.0 - DOUBTFUL:
        mirrored = _rate_rotations(pixels[:, ::-1], network)
        view = _view(np.asarray((ratings + mirrored[[0, 3, 2, 1]]) / 2, np.float32))
    return view


def _rate_rotations(pixels: Floats, network: Weights) -> Floats:
    """Return how upright and how covered [4, 2] each rotation of a view is, as log odds."""
    x = pixels.ravel()
    for i, places in enumerate(_receptive_fields(network['filters_0'].shape[1])):
        x = x.take(places) @ network[f'filters_{i}'] + network[f'filters_{i}_bias']
        x = np.maximum(x, 0.0).ravel()
    hidden = np.maximum(x.reshape(4, -1) @ network['hidden'] + network['hidden_bias'], 0.0)
    return np.asarray(hidden @ network['output'] + network['output_bias'])


def _view(ratings: Floats) -> View:
    """Return what the ratings [4, 2] of the rotations say."""
    by_rotation = ratings.tolist()
    odds = [exp(upright - by_rotation[0][0]) for upright, _ in by_rotation]
    roll = QUARTERS[max((1, 2, 3), key=odds.__getitem__)]
    return View(1.0 / (1.0 + exp(-by_rotation[0][1])), 1.0 - 1.0 / sum(odds), roll)


def view_pixels(crop: ImageArray) -> Floats:
    """Return a crop as float32 [VIEW_SIDE, VIEW_SIDE] of mean 0 and contrast 1."""
    size = VIEW_SIDE, VIEW_SIDE
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    mean, deviation = mean_and_deviation(small)
    return np.asarray((small - np.float32(mean)) / np.float32(deviation + 2.0))


@cache
def _receptive_fields(channels: int) -> tuple[Places, Places]:
    """Return which [fields, c * side * side] of its flat input each filter of a layer sees.

    The first layer sees the four rotations of one view, the second the ``channels`` of the first.
    To take them by index needs a third of the time of windows.
    """
    first, second = FILTER_SIDES
    view = np.arange(VIEW_SIDE**2).reshape(VIEW_SIDE, VIEW_SIDE)
    rotations = np.stack([np.rot90(view, quarters) for quarters in range(4)])[..., None]
    side = (VIEW_SIDE - first) // 2 + 1
    seen = np.arange(4 * side * side * channels).reshape(4, side, side, channels)
    return _each_second(rotations, first), _each_second(seen, second)


def _each_second(x: Places, side: int) -> Places:
    """Return each second window of this side in [n, h, w, c], one a row."""
    windows = sliding_window_view(x, (side, side), axis=(1, 2))[:, ::2, ::2]
    return np.asarray(windows.reshape(-1, x.shape[-1] * side * side))


@cache
def _networks() -> dict[str, Weights]:
    """Return the weights of both networks, by network and name."""
    content: Any = read_json(packaged_weights() / 'face_coverage.json').content
    return {
        network: {name: np.array(values, np.float32) for name, values in weights.items()}
        for network, weights in content.items()
    }


def cut_share(face: FaceBox, width: int, height: int) -> float:
    """Return how much of a face the border of the image cuts off, 0..1.

    Detectors fit the box to what can be seen. With landmarks a network finds a face of which a
    third is missing; without, it counts what of the box lies outside, or how much narrower or
    lower than a face it is where it touches the border.
    """
    x1, y1, x2, y2 = face.box_xyxy
    inside_x = max(0.0, min(x2, width) - max(x1, 0.0))
    inside_y = max(0.0, min(y2, height) - max(y1, 0.0))
    if not inside_x or not inside_y:
        return 1.0
    if face.landmarks_xy:
        if min(x1, y1, width - x2, height - y2) >= NEAR * max(face.size_px, 1.0):
            return 0.0
        features = border_features(face, width, height)
        network = _networks()['cut']
        hidden = np.maximum(features @ network['hidden'] + network['hidden_bias'], 0.0)
        logit = float((hidden @ network['output'] + network['output_bias'])[0])
        return CUT_SHARE * _rising(1.0 / (1.0 + exp(-logit)), *CUT)
    cut = 1.0 - inside_x * inside_y / ((x2 - x1) * (y2 - y1))
    if x1 < BORDER_PX or x2 > width - BORDER_PX:
        cut = max(cut, 1.0 - inside_x / inside_y / ASPECT)
    if y1 < BORDER_PX or y2 > height - BORDER_PX:
        cut = max(cut, 1.0 - inside_y / inside_x * ASPECT)
    return cut


def border_features(face: FaceBox, width: int, height: int) -> Floats:
    """Return [16] of a face with landmarks, in an image of this size.

    From the box to the left, upper, right and lower border, in sizes of the face, at most NEAR;
    the logarithm of width to height; the score; the landmarks as fractions of the box.
    """
    x1, y1, x2, y2 = face.box_xyxy
    size = max(face.size_px, 1.0)
    gaps = (min(gap / size, NEAR) for gap in (x1, y1, width - x2, height - y2))
    wide, high = max(x2 - x1, 1.0), max(y2 - y1, 1.0)
    points = face.landmarks_xy or ()
    inside = (v for x, y in points for v in ((x - x1) / wide, (y - y1) / high))
    return np.array([*gaps, log(wide / high), face.score, *inside], np.float32)


def _rising(value: float, free: float, most: float) -> float:
    """Return 0 up to ``free`` and for NaN, then more in a straight line, 1 from ``most``."""
    return 0.0 if not value > free else min(1.0, (value - free) / (most - free))
