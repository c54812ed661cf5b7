# SPDX-License-Identifier: MIT
"""What the threads of a live session may analyse and show of each person."""

from collections.abc import Collection, Sequence
from threading import Lock

import numpy as np

from emotion_ros.core.observations import FaceObservation
from emotion_ros.core.people.privacy import PrivacyKeeper, PrivacyMode, withhold_paused
from emotion_ros.perception.image.annotate import blank_faces
from emotion_ros.perception.image.decode import ImageArray


class LivePrivacy:
    """Applies the rules of the fusion; every method takes ``lock``, that of the fusion."""

    def __init__(self, keeper: PrivacyKeeper, lock: Lock) -> None:
        self._keeper = keeper
        self._lock = lock
        self._faces: tuple[FaceObservation, ...] = ()

    def mode(self, person_id: str) -> PrivacyMode:
        """Return the mode of a person; of '', that of words and sounds of an unknown one."""
        with self._lock:
            return self._keeper.mode(person_id)

    def may_analyse(self, person_id: str) -> bool:
        """Return whether a person is not paused."""
        return self.mode(person_id) is not PrivacyMode.PAUSED

    def find_paused(self, people: Sequence[str], stamp_s: float) -> Collection[str]:
        """Return who of the people in an image is paused, those included who have just come."""
        with self._lock:
            self._keeper.update(people, stamp_s)
            return self._keeper.paused(people)

    def withhold(self, faces: Sequence[FaceObservation]) -> tuple[FaceObservation, ...]:
        """Return the faces of the newest image, those of paused persons without results."""
        with self._lock:  # a pause may have come while they were classified
            self._faces = withhold_paused(faces, self._is_paused)
            return self._faces

    def hide(self, image_bgr: ImageArray) -> ImageArray:
        """Return the image without paused persons; black when they may be anywhere in it."""
        with self._lock:
            shown = blank_faces(image_bgr, withhold_paused(self._faces, self._is_paused))
            return np.zeros_like(shown) if self._keeper.is_paused_person_missing else shown

    def _is_paused(self, person_id: str) -> bool:
        return self._keeper.mode(person_id) is PrivacyMode.PAUSED
