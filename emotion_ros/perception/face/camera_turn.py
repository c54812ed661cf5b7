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

CORRECTIONS = (90, 270, 180)  # the likelier ones first
WINDOW = 60  # faces; a person who lies down for a moment turns no camera
LEAST = 40
MOST = 0.7  # share of the faces that must be turned alike
SEARCH_S = 2.0
SURE = 0.7  # a detector score that few faces reach which are not upright
LEAST_FOUND, ROUNDS = 3, 4
"""In so many of the last rounds; what looks like a face now and then adds up to none."""


class CameraTurn:
    """Collects the roll of the faces (rad, clockwise positive) in the images of one camera.

    A detector finds few faces that are turned by 90 degrees, so until the camera has proved to be
    upright ``search`` looks for faces in turned images.
    """

    def __init__(self) -> None:
        self._quarters: deque[int] = deque(maxlen=WINDOW)
        self._corrections = cycle(CORRECTIONS)
        self._found: deque[int] = deque(maxlen=ROUNDS * len(CORRECTIONS))  # 0 where nothing was
        self._likely = 0
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
        is_upright = any(
            face.score >= SURE and classify_view(crop_face(turned, face, crop)).turned < 0.5
            for face in detector.detect(turned)
        )
        self._found.append(correction if is_upright else 0)
        hits = self._found.count(correction)
        others = max(self._found.count(other) for other in CORRECTIONS if other != correction)
        if is_upright and hits >= max(LEAST_FOUND, 2 * others):
            self._likely = correction  # stays once no face is there any more

    def correction(self) -> int:
        """Return by how many degrees the images need turning, clockwise: 0, 90, 180 or 270."""
        usual = self._usual()
        return self._likely if usual is None else (360 - 90 * usual) % 360

    def _usual(self) -> int | None:
        """Return the quarter turns of nearly all faces, None while they differ or are few."""
        quarters = list(self._quarters)  # the caller's thread need not be that of ``add``
        if len(quarters) >= LEAST:
            for quarter in range(4):
                if quarters.count(quarter) >= MOST * len(quarters):
                    return quarter
        return None
