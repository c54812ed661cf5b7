# SPDX-License-Identifier: MIT
"""Whether a camera is mounted upside down or on its side, from the faces in its images."""

from collections import deque
from collections.abc import Iterable
from itertools import cycle
from math import inf, isfinite, pi

from emotion_ros.perception.face.crop import AS_IS, CROPS, crop_face
from emotion_ros.perception.face.detectors.detector import FaceDetector
from emotion_ros.perception.face.quality import classify_view
from emotion_ros.perception.image.decode import ImageArray, rotate_image

WINDOW = 60  # faces; a person who lies down for a moment turns no camera
LEAST = 40
MOST = 0.7  # share of the faces that must be turned alike
SEARCH_S = 2.0
SURE = 0.7  # detector score; of faces seen upside down by it few reach it and look upright
LEAST_FOUND = 3


class CameraTurn:
    """Collects the roll of the faces (rad, clockwise positive) in the images of one camera.

    A detector finds few faces that are turned by 90 degrees, so until the camera has proved to be
    upright ``search`` looks for faces in turned images.
    """

    def __init__(self) -> None:
        self._quarters: deque[int] = deque(maxlen=WINDOW)
        self._found = {90: 0, 180: 0, 270: 0}  # faces by the correction that made them upright
        self._corrections = cycle(self._found)
        self._searched_s = -inf

    def add(self, rolls: Iterable[float]) -> None:
        """Take the faces of an image; NaN is left out."""
        self._quarters.extend(round(roll / (pi / 2)) % 4 for roll in rolls if isfinite(roll))

    def is_search_due(self, now_s: float) -> bool:
        """Return whether to ``search`` an image in which no face was found."""
        return self._usual() is None and now_s >= self._searched_s + SEARCH_S

    def search(self, image: ImageArray, detector: FaceDetector, now_s: float) -> None:
        """Look for an upright face in the image (BGR) turned by 90, 180 or 270 degrees in turn."""
        self._searched_s = now_s
        correction = next(self._corrections)
        turned = rotate_image(image, correction)
        crop = CROPS.get(detector.name, AS_IS)
        self._found[correction] += any(
            face.score >= SURE and classify_view(crop_face(turned, face, crop)).turned < 0.5
            for face in detector.detect(turned)
        )

    def correction(self) -> int:
        """Return by how many degrees the images need turning, clockwise: 0, 90, 180 or 270."""
        usual = self._usual()
        if usual is not None:
            return (360 - 90 * usual) % 360
        likely, second, _ = sorted(self._found, key=self._found.__getitem__, reverse=True)
        enough = max(LEAST_FOUND, 2 * self._found[second])
        return likely if self._found[likely] >= enough else 0

    def _usual(self) -> int | None:
        """Return the quarter turns of nearly all faces, None while they differ or are few."""
        quarters = list(self._quarters)  # the caller's thread need not be that of ``add``
        if len(quarters) >= LEAST:
            for quarter in range(4):
                if quarters.count(quarter) >= MOST * len(quarters):
                    return quarter
        return None
