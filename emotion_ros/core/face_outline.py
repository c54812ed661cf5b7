# SPDX-License-Identifier: MIT
"""What is to be drawn around a face, by whoever draws it."""

from dataclasses import dataclass

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.observations import FaceObservation, describe

Point = tuple[float, float]


@dataclass(frozen=True)
class FaceMark:
    """A closed outline and the words at its upper left corner, in px of the image."""

    corners_xy: tuple[Point, ...]
    words: str

    @property
    def words_xy(self) -> Point:
        """Where the words begin: at the first corner."""
        return self.corners_xy[0]


def mark_face(face: FaceObservation, width: int, height: int) -> FaceMark:
    """Return the mark of a face in an image of this size (px)."""
    x1, y1, x2, y2 = face.box_xyxy
    left, right, top, bottom = x1 * width, x2 * width, y1 * height, y2 * height
    words = f'{face.person_id} {describe(face.probabilities, EMOTIONS)}'.strip()
    return FaceMark(((left, top), (right, top), (right, bottom), (left, bottom)), words)
