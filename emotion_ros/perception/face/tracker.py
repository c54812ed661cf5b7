# SPDX-License-Identifier: MIT
"""Data association: the same id for the same face from one image to the next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
        """Time since the face was first seen, in s."""
        return self.last_seen_s - self.first_seen_s


@dataclass(frozen=True)
class AssociationGate:
    """The largest box distance, in face sizes, at which two boxes may be the same face.

    Wide enough for a robot that turns its head. There is no motion model: in simulated crossings
    a constant-velocity prediction changed nothing below six sizes a second.
    """

    base_radius: float = 1.0
    speed_per_s: float = 3.0
    max_radius: float = 1.5

    def gate_radius(self, elapsed_s: float) -> float:
        """Return the gate after so many seconds without a detection."""
        return min(self.base_radius + self.speed_per_s * max(elapsed_s, 0.0), self.max_radius)


class FaceTracker:
    """Greedy nearest-neighbour association with ids 1, 2, 3, … that are never used twice.

    The nearest pair of known and new box is matched first. A face that is not detected keeps its
    id for ``max_lost_s``. Deterministic in boxes and stamps.
    """

    def __init__(self, max_lost_s: float = 1.0, gate: AssociationGate | None = None) -> None:
        self._max_lost_s = max_lost_s
        self._gate = gate or AssociationGate()
        self.reset()

    def reset(self) -> None:
        """Drop all tracks and ids, as after a backward jump of the clock."""
        self._tracks: list[FaceTrack] = []
        self._ids = count(1)

    @property
    def tracks(self) -> tuple[FaceTrack, ...]:
        """Every track that is kept, in view or not, by id."""
        return tuple(self._tracks)

    def update(self, boxes: Sequence[Box], stamp_s: float) -> list[FaceTrack]:
        """Return the track of every box, in the order of the boxes."""
        oldest = stamp_s - self._max_lost_s
        self._tracks = [track for track in self._tracks if track.last_seen_s >= oldest]
        pairs = sorted(
            (distance, track.face_id, i)
            for track in self._tracks
            for i, box in enumerate(boxes)
            if (distance := box_distance(track.box_xyxy, box))
            <= self._gate.gate_radius(stamp_s - track.last_seen_s)
        )
        unmatched = {track.face_id: track for track in self._tracks}
        matched: dict[int, FaceTrack] = {}
        for _, face_id, i in pairs:
            if face_id in unmatched and i not in matched:
                matched[i] = unmatched.pop(face_id)
        updated = [
            replace(track, box_xyxy=box, last_seen_s=max(track.last_seen_s, stamp_s))
            if (track := matched.get(i))
            else FaceTrack(next(self._ids), box, stamp_s, stamp_s)
            for i, box in enumerate(boxes)
        ]
        self._tracks = sorted([*unmatched.values(), *updated], key=lambda track: track.face_id)
        return updated


def box_distance(a: Box, b: Box) -> float:
    """Return the distance of two boxes: of the centres, in sizes, plus |log| of the size ratio.

    0 for equal boxes, infinite for an empty one; the same in pixels and in fractions.
    """
    wa, ha, wb, hb = a[2] - a[0], a[3] - a[1], b[2] - b[0], b[3] - b[1]
    if min(wa, ha, wb, hb) <= 0:
        return inf
    dx = (a[0] + a[2] - b[0] - b[2]) / (wa + wb)
    dy = (a[1] + a[3] - b[1] - b[3]) / (ha + hb)
    return hypot(dx, dy) + abs(log(wa * ha / (wb * hb))) / 2
