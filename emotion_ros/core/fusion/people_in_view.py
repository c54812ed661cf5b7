# SPDX-License-Identifier: MIT
"""Who is in view, who is the focus person, and whether the camera is alive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emotion_ros.core.evidence import MAX_FUTURE_S, Rejection
from emotion_ros.core.observations import FacesObservation, SourceStatus

FOCUS_RULES = ('largest', 'central', 'longest', 'id')
FOCUS_HYSTERESIS = 1.25
FOUND_AGAIN_S = 2.5
"""A face that is found again under another id after so long may be the same person."""
Box = tuple[float, float, float, float]
STATUS_EXPIRY_S = 3.0
"""A source that is off or failing repeats it once a second: after this, assume it stopped or
recovered."""


class ReportedStatus:
    """Last reported status of a source, with expiry."""

    def __init__(self) -> None:
        self._status = SourceStatus.OK
        self._reported_s = float('-inf')

    def update(self, status: SourceStatus, now_s: float) -> None:
        """Store the status that a source reports at ``now_s``, ROS time in seconds."""
        self._status, self._reported_s = status, now_s

    def current(self, now_s: float) -> SourceStatus:
        """Return the reported status; OK once it has expired."""
        return self._status if now_s - self._reported_s < STATUS_EXPIRY_S else SourceStatus.OK


@dataclass(frozen=True)
class Candidate:
    """A face in view: normalised box (x1, y1, x2, y2 in 0..1), first and last seen (s)."""

    person_id: str
    box_xyxy: Box
    since_s: float
    last_s: float = float('-inf')


def focus_score(rule: str, focus_id: str, face: Candidate, now_s: float) -> float:
    """Return the score of a face under a focus rule, > 0; the largest score wins."""
    x1, y1, x2, y2 = face.box_xyxy
    if rule == 'largest':
        return max(x2 - x1, 0.0) * max(y2 - y1, 0.0) + 1e-6
    if rule == 'central':
        return 1.0 / (abs((x1 + x2) / 2 - 0.5) + abs((y1 + y2) / 2 - 0.5) + 0.05)
    if rule == 'longest':
        return max(now_s - face.since_s, 0.0) + 1e-3  # a camera's clock may be ahead
    return 1.0 if face.person_id == focus_id else 0.0


class FocusSelector:
    """Selects the focus person; another one takes over only with a clearly better score."""

    def __init__(self, rule: str, focus_id: str = '') -> None:
        self.rule = rule
        self.focus_id = focus_id
        self._current = ''

    def select(self, faces: Sequence[Candidate], now_s: float) -> str:
        """Return the person_id of the focus person, or '' when there is none."""
        scores = {f.person_id: focus_score(self.rule, self.focus_id, f, now_s) for f in faces}
        scores = {person: score for person, score in scores.items() if score > 0.0}
        if not scores:
            self._current = ''
            return ''
        best = max(scores, key=lambda person: (scores[person], person))
        kept = scores.get(self._current)
        if kept is None or scores[best] > FOCUS_HYSTERESIS * kept:
            self._current = best
        return self._current


class PeopleInView:
    """The faces seen within ``timeout_s``, and the state of the camera that sees them.

    ``successors`` are, of the last image, the persons whose face was lost and who came into view
    at the same place under another id: probably the same person.
    """

    def __init__(self, focus_rule: str, focus_id: str, timeout_s: float) -> None:
        self.frame_id = ''
        self.camera_status = ReportedStatus()
        self.camera_stamp_s = float('-inf')
        self.successors: dict[str, str] = {}
        self._disabled_s = float('-inf')
        self._timeout_s = timeout_s
        self._selector = FocusSelector(focus_rule, focus_id)
        self._faces: dict[str, Candidate] = {}
        self._lost: dict[str, Candidate] = {}

    def configure(self, focus_rule: str, focus_id: str, timeout_s: float) -> None:
        """Use another rule or timeout from now on."""
        self._selector.rule, self._selector.focus_id = focus_rule, focus_id
        self._timeout_s = timeout_s

    def update(self, frame: FacesObservation, now_s: float) -> Rejection:
        """Add one frame; return why it is rejected, or NONE.

        A new face replaces one that is missing at the same place: it may be the same person.
        A source that is off or failing has no frame: its stamp is ROS time, which may be before
        or after the camera's. A frame from before it was switched off comes too late.
        """
        if not frame.stamp_s <= now_s + MAX_FUTURE_S:
            return Rejection.FUTURE
        if frame.status is not SourceStatus.OK:
            self.camera_status.update(frame.status, now_s)
            if frame.status is SourceStatus.DISABLED:
                self._disabled_s = frame.stamp_s
            self._faces = {}
            return Rejection.NONE
        if frame.stamp_s < max(self.camera_stamp_s, self._disabled_s):
            return Rejection.OUT_OF_ORDER
        self.camera_stamp_s = frame.stamp_s
        self.camera_status.update(frame.status, now_s)
        self.frame_id = frame.frame_id or self.frame_id
        boxes = {face.person_id: face.box_xyxy for face in frame.faces}
        self.successors = self._find_successors(boxes, frame.stamp_s)
        if new := [box for person, box in boxes.items() if person not in self._faces]:
            # Less each missing person at whose place there is a new face: centres in both boxes.
            self._faces = {
                person: face
                for person, face in self._faces.items()
                if person in boxes
                or not any(
                    _holds_centre(box, face.box_xyxy) and _holds_centre(face.box_xyxy, box)
                    for box in new
                )
            }
        for person, box in boxes.items():
            known = self._faces.get(person)
            since_s = known.since_s if known else frame.stamp_s
            self._faces[person] = Candidate(person, box, since_s, frame.stamp_s)
        return Rejection.NONE

    def _find_successors(self, boxes: Mapping[str, Box], stamp_s: float) -> dict[str, str]:
        """Return who is missing, or left within FOUND_AGAIN_S, and who is at that place anew."""
        self._lost = {
            person: face
            for person, face in self._lost.items()
            if person not in boxes and stamp_s - face.last_s < FOUND_AGAIN_S
        }
        new = {p: box for p, box in boxes.items() if p not in self._faces and p not in self._lost}
        if not new:
            return {}
        missing = {p: f for p, f in {**self._lost, **self._faces}.items() if p not in boxes}
        return {
            lost: person
            for person, box in new.items()
            for lost, face in missing.items()
            if _holds_centre(box, face.box_xyxy) and _holds_centre(face.box_xyxy, box)
        }

    def camera_is_alive(self, now_s: float) -> bool:
        """Return whether a working camera sent a frame, empty or not, within the timeout."""
        is_recent = now_s - self.camera_stamp_s < self._timeout_s
        return is_recent and self.camera_status.current(now_s) is SourceStatus.OK

    @property
    def count(self) -> int:
        """How many faces are in view."""
        return len(self._faces)

    def box(self, person_id: str) -> Box | None:
        """Return where the face of a person was last seen; None when not in view."""
        face = self._faces.get(person_id)
        return face.box_xyxy if face else None

    def select(self, now_s: float) -> list[str]:
        """Remove who has left, select the focus person; return the person_ids, focus first.

        When the focus rule fits no person in view, the list begins with ''.
        """
        left = {p: f for p, f in self._faces.items() if now_s - f.last_s >= self._timeout_s}
        self._lost |= left
        self._faces = {p: f for p, f in self._faces.items() if p not in left}
        focus = self._selector.select(list(self._faces.values()), now_s)
        others = sorted(person for person in self._faces if person != focus)
        return [focus, *others] if focus or others else []


def _holds_centre(a: Box, b: Box) -> bool:
    x, y = (b[0] + b[2]) / 2, (b[1] + b[3]) / 2
    return a[0] <= x <= a[2] and a[1] <= y <= a[3]
