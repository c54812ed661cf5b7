# SPDX-License-Identifier: MIT
"""Whose voice it is: of the faces in view, the one whose mouth moves meanwhile.

Used for the evidence of the voice and for the words that a recogniser understood.
"""

from collections import deque
from dataclasses import dataclass
from math import inf, isnan, nan
from threading import Lock

from emotion_ros.core.observations import FacesObservation, SourceStatus
from emotion_ros.core.stamp_check import CLOCK_JUMP_S

KEPT_S = 30.0
SLACK_S = 0.25
"""The camera may lag behind the microphone, or lead, by this much."""
LIP_DELAY_S = 0.5
"""The lip activity of an image is that of the second before: so much later it is of the voice, or
after half of a shorter one."""
IN_VIEW_SHARE = 0.5
"""A face that was in fewer of the images meanwhile does not count."""
SPEAKS = 0.5
LEAD = 0.25
"""So much more than the second does the mouth of the speaker move."""
ONLY_FACE = 0.5
SEEMS_TO_MOVE_S = 0.8
"""LipActivity looks back for a second: for so long a mouth that has stopped seems to move."""
LAST_S = 0.1


@dataclass(frozen=True)
class Speaker:
    """Who spoke; ``person_id`` is '' and ``confidence`` 0 where it is not known."""

    person_id: str = ''
    confidence: float = 0.0


class SpeakerBinding:
    """Remembers the lip activity of the faces in view; safe between threads.

    Give it every array of faces in order. That of a paused person is forgotten.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._frames: deque[tuple[float, dict[str, float]]] = deque()
        self._paused: set[str] = set()
        self._unwatched_s = -inf

    def update(self, faces: FacesObservation) -> None:
        """Take the faces of an image; a backward jump of the clock begins anew."""
        if faces.status is not SourceStatus.OK:
            return
        speaking = {face.person_id: face.speaking for face in faces.faces}
        with self._lock:
            if self._frames and faces.stamp_s < self._frames[-1][0] - CLOCK_JUMP_S:
                self._frames.clear()
                self._unwatched_s = -inf
            self._frames.append((faces.stamp_s, speaking))
            paused = {face.person_id for face in faces.faces if not face.is_analysed}
            if paused:
                self._unwatched_s = faces.stamp_s
            for _, earlier in self._frames if paused - self._paused else ():
                earlier.update(dict.fromkeys(paused & earlier.keys(), nan))
            self._paused = paused
            while self._frames[0][0] < faces.stamp_s - KEPT_S:
                self._frames.popleft()

    @property
    def images(self) -> int:
        """How many images are kept."""
        return len(self._frames)

    def guards_paused(self, since_s: float) -> bool:
        """Return whether a paused person may have spoken: in view up to KEPT_S before."""
        return self._unwatched_s >= since_s - KEPT_S

    def speaker(self, begin_s: float, end_s: float) -> Speaker:
        """Return who spoke from ``begin_s`` to ``end_s`` (ROS time).

        With one face in view it is that one, with a confidence of 0.5 at least. Of several it is
        the one whose mouth moved, by a clear lead; its confidence is the lead.

        A paused person may be the one who answers, unseen: then it is another one only when that
        mouth still moves at the end of something longer than a mouth seems to move for.
        """
        is_guarded = self.guards_paused(begin_s)
        if is_guarded:
            from_s = max(begin_s, end_s - LAST_S)
        else:
            from_s = begin_s + min(LIP_DELAY_S, (end_s - begin_s) / 2)
        with self._lock:
            frames = [
                faces
                for stamp_s, faces in self._frames
                if from_s - SLACK_S <= stamp_s <= end_s + SLACK_S
            ]
            paused = self._paused
        people = {person for faces in frames for person in faces}
        activity = {
            person: _mean([faces[person] for faces in frames if person in faces])
            for person in people
            if sum(person in faces for faces in frames) >= IN_VIEW_SHARE * len(frames)
        }
        if not activity:
            return Speaker()
        ordered = sorted(activity, key=lambda person: (-activity[person], person))
        first, second = activity[ordered[0]], activity[ordered[1]] if ordered[1:] else 0.0
        if len(ordered) == 1 and (not is_guarded or ordered[0] in paused):
            return Speaker(ordered[0], max(first, ONLY_FACE))
        if is_guarded and end_s - begin_s < SEEMS_TO_MOVE_S:
            return Speaker()
        lead = first - second
        return Speaker(ordered[0], lead) if first >= SPEAKS and lead >= LEAD else Speaker()


def _mean(values: list[float]) -> float:
    """Return the mean of those that are known, 0 without any."""
    known = [value for value in values if not isnan(value)]
    return sum(known) / len(known) if known else 0.0
