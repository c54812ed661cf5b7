# SPDX-License-Identifier: MIT
"""Whether the mouth of a tracked face moves, from its crops alone.

The change between two crops that a move of the whole head or another light explains is fitted in
the upper face and taken off all of it: one step of Lucas and Kanade (1981) with shift, size,
rotation, gain and offset. What is left in the mouth area is compared with the upper face.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from math import exp, floor, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.state import NAN
from emotion_ros.perception.image.decode import ImageArray

STEP_S = 0.05
"""Crops are compared over at least this time: at 30 Hz a mouth hardly moves in one frame."""
WINDOW_S = 1.0
LEAST_STEPS = 4
LONGEST_STEP_S = 0.4
"""After a longer interval the face may have turned: it is watched anew."""
NOISE = 0.5  # grey levels (root mean square) that even a still face changes by
QUANTILE = 0.75  # of the ratios in the window: people pause, and a smile is one step or two
HALF, SLOPE = 2.1, 0.25
"""The ratio at which a mouth is as likely to speak as not, and how much more makes it 73 %: from
generated sequences of FER2013's faces that speak, sway, turn, blink, smile or are lit up."""
RIDGE = np.diag([40.0] * 4 + [10.0, 1.0]).astype(np.float32)  # a flat face explains nothing
BLUR = 0.025  # of the side
# First and last row and column of the areas, as fractions of the crop.
UPPER = (0.12, 0.56, 0.15, 0.85)
MOUTH = (0.65, 0.96, 0.23, 0.77)

Grey = NDArray[np.float32]
Area = tuple[float, float, float, float]


@dataclass
class _Track:
    crop: Grey
    stamp_s: float
    ratios: deque[tuple[float, float]] = field(default_factory=deque)
    activity: float = NAN


class LipActivity:
    """Watches the faces of one camera, by their id."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}

    def update(self, face_id: int, crop: ImageArray, stamp_s: float) -> float:
        """Return the lip activity of a face, 0..1, or NaN until it was watched long enough.

        ``crop`` is grey uint8 [side, side], the same side each time.
        """
        track = self._tracks.get(face_id)
        step_s = stamp_s - track.stamp_s if track is not None else np.inf
        if track is not None and 0 <= step_s < STEP_S:
            return track.activity
        grey = np.asarray(cv2.GaussianBlur(crop, (0, 0), BLUR * len(crop)), np.float32)
        if track is None or not 0 <= step_s <= LONGEST_STEP_S or track.crop.shape != grey.shape:
            self._tracks[face_id] = _Track(grey, stamp_s)
            return NAN
        track.ratios.append((stamp_s, change_ratio(track.crop, grey)))
        track.crop, track.stamp_s = grey, stamp_s
        while track.ratios[0][0] < stamp_s - WINDOW_S:
            track.ratios.popleft()
        track.activity = NAN
        if len(track.ratios) >= LEAST_STEPS:
            ratio = quantile([ratio for _, ratio in track.ratios], QUANTILE)
            track.activity = 1 / (1 + exp(min((HALF - ratio) / SLOPE, 50.0)))
        return track.activity

    def keep(self, face_ids: Iterable[int]) -> None:
        """Forget all faces but these."""
        self._tracks = {i: self._tracks[i] for i in face_ids if i in self._tracks}


def quantile(values: Iterable[float], share: float) -> float:
    """Return what np.quantile does; for a few values that needs 0.3 ms, and imports numpy.ma."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = floor(place)
    above = ordered[min(below + 1, len(ordered) - 1)]
    return ordered[below] + (place - below) * (above - ordered[below])


def change_ratio(before: Grey, after: Grey) -> float:
    """Return how much more the mouth area changed than the upper face; 1: as much."""
    explained, change = _explain(before, after, UPPER)
    fitted = np.linalg.solve(explained @ explained.T + RIDGE, explained @ change)
    weights = np.asarray(fitted, np.float32)
    face = change - weights @ explained
    explained, change = _explain(before, after, MOUTH)
    mouth = change - weights @ explained
    return (_root_mean_square(mouth) + NOISE) / (_root_mean_square(face) + NOISE)


def _explain(before: Grey, after: Grey, area: Area) -> tuple[Grey, Grey]:
    """Return, of an area, what explains a change, one a row [6, pixels], and the change.

    Rows: how the mean of both crops changes with shift (x, y), size and rotation; gain; offset.
    """
    (top, bottom, left, right), x, y = _place(len(before), area)
    around = slice(top - 1, bottom + 1), slice(left - 1, right + 1)
    mean = (before[around] + after[around]) / 2
    rows = np.empty((6, bottom - top, right - left), np.float32)
    across, down, size, rotation, gain, offset = rows
    np.subtract(mean[1:-1, 2:], mean[1:-1, :-2], out=across)
    np.subtract(mean[2:, 1:-1], mean[:-2, 1:-1], out=down)
    np.add(x * across, y * down, out=size)
    np.subtract(x * down, y * across, out=rotation)
    gain[:], offset[:] = mean[1:-1, 1:-1], 1.0
    change = after[top:bottom, left:right] - before[top:bottom, left:right]
    return rows.reshape(6, -1), change.ravel()


def _root_mean_square(values: Grey) -> float:
    return sqrt(float(values @ values) / len(values))


@cache
def _place(side: int, area: Area) -> tuple[tuple[int, ...], Grey, Grey]:
    """Return first and last row and column of an area, and the coordinates -1..1 of its pixels."""
    top, bottom, left, right = edges = tuple(round(part * side) for part in area)
    line = np.linspace(-1, 1, side, dtype=np.float32)
    return edges, line[None, left:right], line[top:bottom, None]
