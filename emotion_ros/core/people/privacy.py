# SPDX-License-Identifier: MIT
"""What may be processed of whom: the rules, their way between nodes, and their memory."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from emotion_ros.core.observations import FaceObservation
from emotion_ros.core.stamp_check import CLOCK_JUMP_S
from emotion_ros.core.state import NO_PROBABILITIES
from emotion_ros.errors import InvalidInput

EVERYBODY = ''
HOLD_S = 30.0
MOST_CHARS = 64
MOST_NAMES = 10
UNSEEN_SPEAKER = 'unseen_speaker'
PAUSED_BY_REQUEST = 'Paused by request'
OPTED_OUT = 'Paused: asked for it in words'
MAY_BE_PAUSED = 'Paused: may be a person who was paused; ask again'


class PrivacyMode(IntEnum):
    """What a person has consented to; the larger one is stricter. See SetPrivacy.srv."""

    FULL = 0
    NO_TEXT = 1
    PAUSED = 2

    @property
    def label(self) -> str:
        """The lower-case word used in JSON and parameters."""
        return self.name.lower()


MODES = {mode.label: mode for mode in PrivacyMode}


@dataclass(frozen=True)
class PrivacyRules:
    """What the fusion node publishes, latched, on ``emotion/privacy``.

    ``people`` are those whose mode was set, the others have that of ``everybody``.
    ``unknown_speaker`` is for words and voices that belong to no known person: the strictest mode
    of all who may be the speaker. ``hold_s``: see PrivacyKeeper. ``session`` is another one after
    a restart of the fusion node; ``resets`` counts since then how often the mode of everybody
    was set.
    """

    everybody: PrivacyMode = PrivacyMode.FULL
    people: Mapping[str, PrivacyMode] = field(default_factory=dict)
    unknown_speaker: PrivacyMode = PrivacyMode.FULL
    hold_s: float = HOLD_S
    session: str = ''
    resets: int = 0

    def mode(self, person_id: str) -> PrivacyMode:
        """Return the mode of a person; '' is an unknown one who speaks."""
        if not person_id:
            return self.unknown_speaker
        return self.people.get(person_id, self.everybody)

    @property
    def paused(self) -> list[str]:
        """Those who are paused, by name."""
        return [person for person, mode in self.people.items() if mode is PrivacyMode.PAUSED]

    @property
    def is_restricted(self) -> bool:
        """Whether anybody at all is not FULL."""
        strictest = max((self.everybody, self.unknown_speaker, *self.people.values()))
        return strictest is not PrivacyMode.FULL

    def forgets(self, before: 'PrivacyRules') -> bool:
        """Return whether these are the rules of a fusion node that only was started anew."""
        is_restart = bool(before.session) and self.session != before.session
        return is_restart and before.is_restricted and not (self.resets or self.people)

    def to_json(self) -> str:
        """Return the rules as ``emotion/privacy`` carries them."""
        return json.dumps(
            {
                'everybody': self.everybody.label,
                'people': {person: mode.label for person, mode in self.people.items()},
                'unknown_speaker': self.unknown_speaker.label,
                'hold_s': self.hold_s,
                'session': self.session,
                'resets': self.resets,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> 'PrivacyRules':
        """Return the rules in a message; InvalidInput('invalid') when it is malformed."""
        try:
            raw = json.loads(text)
            return cls(
                everybody=MODES[raw['everybody']],
                people={str(person): MODES[mode] for person, mode in raw['people'].items()},
                unknown_speaker=MODES[raw['unknown_speaker']],
                hold_s=float(raw['hold_s']),
                session=str(raw['session']),
                resets=int(raw['resets']),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InvalidInput('invalid', f'emotion/privacy: {text[:80]!r}: {error!r}') from error


def withhold_paused(
    faces: Iterable[FaceObservation], is_paused: Callable[[str], bool]
) -> tuple[FaceObservation, ...]:
    """Return the faces, those of paused people as if they had not been analysed."""
    return tuple(
        replace(face, probabilities=NO_PROBABILITIES) if is_paused(face.person_id) else face
        for face in faces
    )


class PrivacyKeeper:
    """Keeps the mode of everybody, also when a face is lost and found again under another id.

    No description of a face is kept. Instead, a person who comes into view while one with a
    stricter mode is missing, for ``hold_s`` after that person was last seen, gets the same mode,
    until it is set anew: it may be the same person, so ask again. Who is in one image with that
    person, or was in view before, is another. Times are those of the images, in seconds; a
    step back of more than CLOCK_JUMP_S is a new beginning at which everybody is missing.

    The fusion node ``set``s the modes; a node that follows it takes its rules with ``follow``.
    Both ``update`` with the same ids of the same images and so come to the same modes at once.
    """

    def __init__(
        self,
        everybody: PrivacyMode = PrivacyMode.FULL,
        hold_s: float = HOLD_S,
        session: str = '',
    ) -> None:
        self._everybody = everybody
        self._hold_s = hold_s
        self._session = session
        self._resets = 0
        self._people: dict[str, PrivacyMode] = {}
        self._why: dict[str, str] = {}
        self._seen_s: dict[str, float] = {}
        self._in_view: frozenset[str] = frozenset()
        self._now_s = float('-inf')

    def mode(self, person_id: str) -> PrivacyMode:
        """Return the mode of a person; '' is an unknown one who speaks."""
        if person_id:
            return self._people.get(person_id, self._everybody)
        speakers = [self.mode(person) for person in self._in_view] or [self._everybody]
        return max((*speakers, *self._missing().values()))

    def explain(self, person_id: str) -> str:
        """Return why a person is paused, in words for the summary of the state."""
        return self._why.get(person_id, PAUSED_BY_REQUEST)

    def paused(self, people: Iterable[str]) -> frozenset[str]:
        """Return who of these is paused."""
        return frozenset(p for p in people if self.mode(p) is PrivacyMode.PAUSED)

    @property
    def is_paused_person_missing(self) -> bool:
        """Whether a paused person may be in the image without having been found."""
        return PrivacyMode.PAUSED in self._missing().values()

    @property
    def is_restricted(self) -> bool:
        """Whether anybody is not FULL."""
        strictest = max((self._everybody, *self._people.values()))
        return strictest is not PrivacyMode.FULL

    def update(self, people: Collection[str], at_s: float) -> None:
        """Take over who is in the image of ``at_s``."""
        if at_s < self._now_s - CLOCK_JUMP_S:
            self._seen_s = dict.fromkeys(self._people, at_s)
        self._now_s = at_s
        self._in_view = frozenset(people)
        if self._people:
            inherited = max(self._missing().values(), default=PrivacyMode.FULL)
            for person in people:
                if person not in self._seen_s and inherited > self.mode(person):
                    self._people[person], self._why[person] = inherited, MAY_BE_PAUSED
        self._seen_s.update(dict.fromkeys(people, at_s))
        if len(self._seen_s) > len(people):
            limit_s = at_s - self._hold_s
            for person in [p for p, seen_s in self._seen_s.items() if seen_s < limit_s]:
                del self._seen_s[person]
                self._people.pop(person, None)
                self._why.pop(person, None)

    def set(self, person_id: str, mode: PrivacyMode) -> str:
        """Set the mode of a person, or of EVERYBODY; return '' or why that is not possible."""
        if person_id == EVERYBODY:
            self._everybody, self._people, self._why = mode, {}, {}
            self._resets += 1
        elif person_id in self._seen_s:
            self._people[person_id] = mode
            self._why.pop(person_id, None)
        else:
            known = ', '.join(sorted(self._seen_s)[:MOST_NAMES]) or 'nobody'
            return f'person_id: {person_id[:MOST_CHARS]!r} is not known (known: {known})'
        return ''

    def pause_speaker(self, person_id: str, now_s: float, camera_is_alive: bool) -> None:
        """Pause who asked for it; when that is not known, everybody who may have.

        These are all in view; when there is none, who comes next within ``hold_s``; without a
        camera everybody.
        """
        if not camera_is_alive:
            self.set(EVERYBODY, PrivacyMode.PAUSED)
            return
        speakers = {person_id} if person_id in self._seen_s else self._in_view
        for person in speakers or {UNSEEN_SPEAKER}:
            self._seen_s.setdefault(person, now_s)
            self._people[person], self._why[person] = PrivacyMode.PAUSED, OPTED_OUT

    def rules(self) -> PrivacyRules:
        """Return the rules for the nodes that follow."""
        return PrivacyRules(
            everybody=self._everybody,
            people=dict(self._people),
            unknown_speaker=self.mode(''),
            hold_s=self._hold_s,
            session=self._session,
            resets=self._resets,
        )

    def follow(self, rules: PrivacyRules) -> None:
        """Take over the rules of the fusion node; what was found out here stays."""
        is_reset = rules.session == self._session and rules.resets != self._resets
        people = {} if is_reset else self._people
        self._people = {**people, **rules.people}
        self._everybody = rules.everybody
        self._hold_s, self._session, self._resets = rules.hold_s, rules.session, rules.resets
        for person in rules.people:
            self._seen_s.setdefault(person, self._now_s)

    def _missing(self) -> dict[str, PrivacyMode]:
        """Return who has a stricter mode than the others and was in view lately, but is not."""
        return {
            person: mode
            for person, mode in self._people.items()
            if person not in self._in_view and mode > self._everybody
        }
