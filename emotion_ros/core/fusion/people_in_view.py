# SPDX-License-Identifier: MIT
"""Who is in view, whether the camera is alive, and whom the robot attends to."""

from dataclasses import dataclass, replace

from emotion_ros.core.evidence import MAX_FUTURE_S
from emotion_ros.core.fusion.evidence_buffer import OUT_OF_ORDER
from emotion_ros.core.fusion.focus import Candidate, FocusSelector
from emotion_ros.core.fusion.source_status import LastStatus
from emotion_ros.core.observations import FacesObservation, SourceStatus


@dataclass(frozen=True)
class _Sighting:
    face: Candidate
    last_s: float


class Scene:
    """Remembers faces until ``timeout_s`` after they were last seen."""

    def __init__(self, focus_rule: str, focus_id: str) -> None:
        self.frame_id = ''
        self.camera_status = LastStatus()
        self.camera_stamp_s = float('-inf')
        self._disabled_s = float('-inf')
        self._selector = FocusSelector(focus_rule, focus_id)
        self._sightings: dict[str, _Sighting] = {}

    def see(self, faces: FacesObservation, now_s: float) -> str:
        """Take in one frame; return '' or the word under which its refusal is counted.

        A source that is off or failing has no frame: it says so in ROS time, which may be before
        or after the camera's. A frame from before it was switched off comes too late.
        """
        if not faces.stamp_s <= now_s + MAX_FUTURE_S:
            return 'future'
        if faces.status is not SourceStatus.OK:
            self.camera_status.hear(faces.status, now_s)
            if faces.status is SourceStatus.DISABLED:
                self._disabled_s = faces.stamp_s
            return ''
        if faces.stamp_s < max(self.camera_stamp_s, self._disabled_s):
            return OUT_OF_ORDER
        self.camera_stamp_s = faces.stamp_s
        self.camera_status.hear(faces.status, now_s)
        self.frame_id = faces.frame_id or self.frame_id
        for face in faces.faces:
            seen = Candidate(face.person_id, face.box_xyxy, faces.stamp_s)
            self._sight(seen, faces.stamp_s)
        return ''

    def set_focus(self, rule: str, focus_id: str) -> None:
        """Follow another rule from now on."""
        self._selector.rule, self._selector.focus_id = rule, focus_id

    def camera_is_alive(self, now_s: float, timeout_s: float) -> bool:
        """Return whether a working camera sent a frame, empty or not, within the timeout."""
        fresh = now_s - self.camera_stamp_s < timeout_s
        return fresh and self.camera_status.at(now_s) is SourceStatus.OK

    def in_view(self, now_s: float, timeout_s: float) -> list[str]:
        """Return the person_ids in view, the focus person first; forget who has gone."""
        self._sightings = {
            person: s for person, s in self._sightings.items() if now_s - s.last_s < timeout_s
        }
        faces = [s.face for s in self._sightings.values()]
        focus = self._selector.select(faces, now_s)
        others = sorted(face.person_id for face in faces if face.person_id != focus)
        return [focus, *others] if focus else ['', *others] if others else []

    def clear(self) -> None:
        """Forget everybody: the camera was switched off."""
        self._sightings = {}

    def _sight(self, face: Candidate, stamp_s: float) -> None:
        known = self._sightings.get(face.person_id)
        since_s = known.face.since_s if known else stamp_s
        self._sightings[face.person_id] = _Sighting(replace(face, since_s=since_s), stamp_s)
