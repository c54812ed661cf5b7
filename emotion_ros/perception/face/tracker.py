# SPDX-License-Identifier: MIT
"""Keeps the same number on the same face from one image to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from math import hypot, inf, log

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 as fractions of the image, 0..1."""


@dataclass(frozen=True)
class FaceTrack:
    """One face over time; stamps in seconds."""

    face_id: int
    box_xyxy: Box
    first_seen_s: float
    last_seen_s: float

    @property
    def age_s(self) -> float:
        """For how long the face has been known, in s."""
        return self.last_seen_s - self.first_seen_s


@dataclass(frozen=True)
class TrackingLimits:
    """How far, in face sizes, a face may jump and still be the same one.

    Wide enough for a robot that turns its head. In simulated crossings a constant-velocity
    prediction changed nothing below six sizes a second, hence there is none.
    """

    jump: float = 1.0
    speed_per_s: float = 3.0
    max_jump: float = 1.5

    def reach(self, elapsed_s: float) -> float:
        """Return the largest gap bridged after so many seconds without sight."""
        return min(self.jump + self.speed_per_s * max(elapsed_s, 0.0), self.max_jump)


class FaceTracker:
    """Greedy nearest-box tracking with ids 1, 2, 3, … that are never used twice.

    The nearest pair of known and new box is joined first. A face not seen keeps its id for
    ``max_lost_s``. The same boxes and stamps always give the same ids.
    """

    def __init__(self, max_lost_s: float = 1.0, limits: TrackingLimits | None = None) -> None:
        self._max_lost_s = max_lost_s
        self._limits = limits or TrackingLimits()
        self.reset()

    def reset(self) -> None:
        """Forget everything, ids included, as for a clock that jumped back."""
        self._tracks: list[FaceTrack] = []
        self._ids = count(1)

    @property
    def tracks(self) -> tuple[FaceTrack, ...]:
        """Every face remembered, in view or not, by id."""
        return tuple(self._tracks)

    def update(self, boxes: Sequence[Box], stamp_s: float) -> list[FaceTrack]:
        """Return the track of every box, in the order of the boxes."""
        oldest = stamp_s - self._max_lost_s
        self._tracks = [track for track in self._tracks if track.last_seen_s >= oldest]
        known = self._match(boxes, stamp_s)
        seen = [self._see(known.get(i), box, stamp_s) for i, box in enumerate(boxes)]
        lost = {t.face_id: t for t in self._tracks} | {t.face_id: t for t in seen}
        self._tracks = sorted(lost.values(), key=lambda track: track.face_id)
        return seen

    def _see(self, track: FaceTrack | None, box: Box, stamp_s: float) -> FaceTrack:
        if track is None:
            return FaceTrack(next(self._ids), box, stamp_s, stamp_s)
        last_seen_s = max(track.last_seen_s, stamp_s)
        return FaceTrack(track.face_id, box, track.first_seen_s, last_seen_s)

    def _match(self, boxes: Sequence[Box], stamp_s: float) -> dict[int, FaceTrack]:
        """Return index of box → track, the smallest gap first, each at most once."""
        pairs = sorted(
            (gap, track.face_id, i)
            for track in self._tracks
            for i, box in enumerate(boxes)
            if (gap := box_gap(track.box_xyxy, box))
            <= self._limits.reach(stamp_s - track.last_seen_s)
        )
        free = {track.face_id: track for track in self._tracks}
        matched: dict[int, FaceTrack] = {}
        for _, face_id, i in pairs:
            if face_id in free and i not in matched:
                matched[i] = free.pop(face_id)
        return matched


def box_gap(a: Box, b: Box) -> float:
    """Return how unlike two boxes are: centre distance in sizes plus |log| of the size ratio.

    0 for equal boxes, infinite for an empty one; the same in pixels and in fractions.
    """
    (wa, ha), (wb, hb) = _size(a), _size(b)
    if min(wa, ha, wb, hb) <= 0:
        return inf
    dx = (a[0] + a[2] - b[0] - b[2]) / (wa + wb)
    dy = (a[1] + a[3] - b[1] - b[3]) / (ha + hb)
    return hypot(dx, dy) + abs(log(wa * ha / (wb * hb))) / 2


def _size(box: Box) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]
