# SPDX-License-Identifier: MIT
"""Data association: the same id for the same face from one image to the next."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from math import hypot, inf, log

PATIENCE_PERIODS = 3.5
"""A face may be missing in two images of a slow, uneven camera."""
MAX_PATIENCE_S = 20.0
MAX_PAUSE_S = 3.0
"""A pause of the camera up to this costs no face its id."""
RECENT_GAPS = 5

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
    id for ``max_lost_s``; with a slow camera for 3.5 of its periods, at most 20 s. A camera that
    pauses for up to 3 s costs no id. Deterministic in boxes and stamps.
    """

    def __init__(self, max_lost_s: float = 1.0, gate: AssociationGate | None = None) -> None:
        self._max_lost_s = max_lost_s
        self._gate = gate or AssociationGate()
        self.reset()

    def reset(self) -> None:
        """Drop all tracks and ids, as after a backward jump of the clock."""
        self._tracks: list[FaceTrack] = []
        self._ids = count(1)
        self._latest_s = inf
        self._gaps_s: deque[float] = deque(maxlen=RECENT_GAPS)

    @property
    def tracks(self) -> tuple[FaceTrack, ...]:
        """Every track that is kept, in view or not, by id."""
        return tuple(self._tracks)

    def update(self, boxes: Sequence[Box], stamp_s: float) -> list[FaceTrack]:
        """Return the track of every box, in the order of the boxes.

        Call it for every image, also without boxes: the stamps give the period of the camera.
        """
        patience_s = self._patience_s(stamp_s)
        self._tracks = [t for t in self._tracks if stamp_s - t.last_seen_s <= patience_s]
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

    def _patience_s(self, stamp_s: float) -> float:
        """Return how long a face may have been missing, by the gaps between recent images.

        The longest gap counts as the period: images that come in bursts, or are lost, make gaps
        that a person who stays must outlast. One long gap after short ones is a pause instead.
        """
        gap_s = stamp_s - min(self._latest_s, stamp_s)
        period_s = max(self._gaps_s, default=0.0) or gap_s
        self._gaps_s.append(gap_s)
        self._latest_s = stamp_s
        patience_s = max(self._max_lost_s, PATIENCE_PERIODS * period_s, min(gap_s, MAX_PAUSE_S))
        return min(patience_s, MAX_PATIENCE_S)


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
