# SPDX-License-Identifier: MIT
"""Face outline and caption for overlays."""

from dataclasses import dataclass

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.observations import FaceObservation, describe

Point = tuple[float, float]


@dataclass(frozen=True)
class FaceOutline:
    """A closed outline and the caption at its upper left corner, in px of the image."""

    corners_xy: tuple[Point, ...]
    caption: str

    @property
    def caption_xy(self) -> Point:
        """Where the caption begins: at the first corner."""
        return self.corners_xy[0]


def outline_face(face: FaceObservation, width: int, height: int) -> FaceOutline:
    """Return the outline of a face in an image of this size (px)."""
    x1, y1, x2, y2 = face.box_xyxy
    left, right, top, bottom = x1 * width, x2 * width, y1 * height, y2 * height
    caption = f'{face.person_id} {describe(face.probabilities, EMOTIONS)}'.strip()
    return FaceOutline(((left, top), (right, top), (right, bottom), (left, bottom)), caption)
