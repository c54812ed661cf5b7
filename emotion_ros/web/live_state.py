# SPDX-License-Identifier: MIT
"""What the dashboard shows: the latest messages and one minute of samples, in memory only."""

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from threading import Lock

from emotion_ros.conversions.observation_fields import faces_to_fields
from emotion_ros.conversions.state_fields import Fields, state_to_fields, to_json
from emotion_ros.core.graph.snapshot import SENTIMENT
from emotion_ros.core.observations import FacesObservation, SentimentResult
from emotion_ros.core.state import EmotionState
from emotion_ros.core.trigger import SILENCE_S
from emotion_ros.view.chart_sample import differs, sample
from emotion_ros.view.transcript import Transcript
from emotion_ros.view.vocabulary import vocabulary

WINDOW_S = 60.0
RATE_WINDOW_S = 3.0
SAMPLE_S = 0.1
MAX_SAMPLES = 2000
MAX_ARRIVALS = 500
MAX_LINES = 12
MAX_CHARS = 300
MAX_PERIODS = 200
RESENT_S = 3.0
"""For so long after a deletion what is left is sent again: a page may miss a message."""
REJECT_S = 3.0
"""Diagnostics come once a second: what they reject for the first time is not older than this."""
NOT_SHOWN = ('partial', 'unsupported_format')
"""Rejects of the sentiment node that are no lines of the transcript."""
FOCUS = ''
"""The track of the person in focus at each time; the others have the id of a person."""


@dataclass(frozen=True)
class Frame:
    """The faces of one image, its size (px), and the inference time (s)."""

    faces: FacesObservation
    width: int
    height: int
    reason: str
    inference_s: float

    def to_fields(self, age_s: float) -> Fields:
        """Return the fields of FaceEmotionArray and the age (s) of the image."""
        return {
            **faces_to_fields(self.faces),
            'age': age_s,
            'reason': self.reason,
            'image_width': self.width,
            'image_height': self.height,
            'inference_time': self.inference_s,
        }


@dataclass(frozen=True)
class NodeHealth:
    """The diagnostics of one node."""

    name: str
    level: int
    message: str
    values: dict[str, str]


class Track:
    """The samples of one person in the last WINDOW_S: one per SAMPLE_S, and every change."""

    def __init__(self) -> None:
        self.latest: Fields | None = None
        self.kept: deque[Fields] = deque(maxlen=MAX_SAMPLES)

    def add(self, new: Fields) -> None:
        """Add a sample; it is kept when it is a change or SAMPLE_S after the last one kept."""
        last, self.latest, now_s = self.latest, new, new['t']
        if last is None or differs(last, new) or now_s - self.kept[-1]['t'] >= SAMPLE_S:
            self.kept.append(new)
        while now_s - self.kept[0]['t'] > WINDOW_S:
            self.kept.popleft()


class DashboardState:
    """Collects the latest messages and makes the JSON messages for the page.

    Safe between threads. All times are seconds of one steady clock, the caller's.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._deletions, self._deleted_s = 0, float('-inf')
        self.clear()

    def clear(self) -> None:
        """Remove everything, also from open pages."""
        with self._lock:
            self._deletions += 1
            self._state: Fields | None = None
            self._state_s = self._frame_s = 0.0
            self._frame: Frame | None = None
            self._people: list[Fields] = []
            self._people_s = 0.0
            self._tracks: dict[str, Track] = {}
            self._states_s: deque[float] = deque(maxlen=MAX_ARRIVALS)
            self._frames_s: deque[float] = deque(maxlen=MAX_ARRIVALS)
            self._transcript = Transcript(MAX_LINES)
            self._nodes: dict[str, tuple[float, NodeHealth]] = {}
            self._text_inference_s = float('nan')
            self._voice: tuple[float, Fields] | None = None
            self._speech: deque[list[float]] = deque(maxlen=MAX_PERIODS)

    def forget(self, people: Collection[str], now_s: float) -> None:
        """Remove what was shown of these people, and all words: whose they were is not known.

        Open pages then keep only what is left.
        """
        with self._lock:
            self._deletions, self._deleted_s = self._deletions + 1, now_s
            self._transcript.clear()
            self._speech.clear()
            self._voice = None
            if self._state and self._state['person_id'] in people:
                self._state = None
            self._people = [fields for fields in self._people if fields['person_id'] not in people]
            for person in people:
                self._tracks.pop(person, None)
            if focus := self._tracks.pop(FOCUS, None):
                kept = [each for each in focus.kept if each['person_id'] not in people]
                if kept:
                    self._tracks[FOCUS] = focus
                    focus.kept, focus.latest = deque(kept, maxlen=MAX_SAMPLES), kept[-1]

    def add_state(self, state: EmotionState, latency_s: float, now_s: float) -> None:
        """Add the state of the person in focus, received at ``now_s``."""
        fields = state_to_fields(state, latency_s)
        with self._lock:
            self._state, self._state_s = fields, now_s
            self._states_s.append(now_s)
            self._add_sample(FOCUS, sample(state, now_s, latency_s), now_s)

    def add_people(self, states: Iterable[EmotionState], now_s: float) -> None:
        """Add the states of everybody in view, received at ``now_s``."""
        known = [state for state in states if state.person_id]
        people = [state_to_fields(state) for state in known]
        with self._lock:
            self._people, self._people_s = people, now_s
            for state in known:
                self._add_sample(state.person_id, sample(state, now_s), now_s)

    def add_frame(self, frame: Frame, now_s: float) -> None:
        """Add the faces of an image received at ``now_s``."""
        with self._lock:
            self._frame, self._frame_s = frame, now_s
            self._frames_s.append(now_s)

    def add_words(self, words: str, now_s: float) -> None:
        """Add the text of an utterance received at ``now_s``, cut off at MAX_CHARS."""
        with self._lock:
            self._transcript.add_words(words[:MAX_CHARS], now_s)

    def add_sentiment(self, sentiment: SentimentResult, inference_s: float, at_s: float) -> None:
        """Add the sentiment of the utterance received at about ``at_s``."""
        with self._lock:
            self._transcript.add_sentiment(sentiment, at_s)
            self._text_inference_s = inference_s

    def add_voice(self, speaking: bool, level_dbfs: float, now_s: float) -> None:
        """Add what the voice node reports at ``now_s``: whether a person speaks, and the level."""
        with self._lock:
            before_s, before = self._voice or (float('-inf'), {'speaking': False})
            if speaking and before['speaking'] and now_s - before_s <= SILENCE_S:
                self._speech[-1][1] = now_s
            elif speaking:
                self._speech.append([now_s, now_s])
            self._voice = now_s, {'speaking': speaking, 'level_dbfs': level_dbfs}
            while self._speech and now_s - self._speech[0][1] > WINDOW_S:
                self._speech.popleft()

    def add_node_health(self, node: NodeHealth, now_s: float) -> None:
        """Add the diagnostics of a node received at ``now_s``.

        What the sentiment node has rejected since the ones before is noted in the transcript.
        """
        with self._lock:
            _, before = self._nodes.get(node.name, (now_s, node))
            self._nodes[node.name] = (now_s, node)
            if node.name == SENTIMENT:
                for reason in _new_rejects(before.values, node.values):
                    self._transcript.reject(reason, now_s - REJECT_S)

    def hello_message(self, settings: Fields) -> str:
        """Return the first message to a page: vocabulary, ``settings`` and the last minute."""
        with self._lock:
            held = {'deletions': self._deletions, 'tracks': self._kept()}
        return to_json({'kind': 'hello', **vocabulary(), **settings, **held})

    def now_message(self, now_s: float, enabled: bool, notice: str = '') -> str:
        """Return the message with everything that is shown at ``now_s``, on top a ``notice``."""
        with self._lock:
            fields = self._fields(now_s)
        head = {'kind': 'now', 'now': now_s, 'enabled': enabled, 'notice': notice}
        return to_json({**head, **fields})

    def _add_sample(self, person_id: str, new: Fields, now_s: float) -> None:
        self._tracks.setdefault(person_id, Track()).add(new)
        for person, track in list(self._tracks.items()):
            if now_s - track.kept[-1]['t'] > WINDOW_S:
                del self._tracks[person]

    def _kept(self) -> dict[str, list[Fields]]:
        return {person: list(track.kept) for person, track in self._tracks.items()}

    def _fields(self, now_s: float) -> Fields:
        return {
            'deletions': self._deletions,
            **({'tracks': self._kept()} if now_s - self._deleted_s <= RESENT_S else {}),
            'state': self._state,
            'state_age': now_s - self._state_s,
            'people': self._people if now_s - self._people_s <= SILENCE_S else [],
            'samples': {person: track.latest for person, track in self._tracks.items()},
            'frame': self._frame and self._frame.to_fields(now_s - self._frame_s),
            'transcript': [line.to_fields(now_s) for line in self._transcript],
            'voice': self._voice and {**self._voice[1], 'age': now_s - self._voice[0]},
            'speech': list(self._speech),
            'rates': {
                'states_hz': _rate(self._states_s, now_s),
                'frames_hz': _rate(self._frames_s, now_s),
                'hearing_s': self._text_inference_s,
            },
            'nodes': [
                {**vars(node), 'age': now_s - seen_s} for seen_s, node in self._nodes.values()
            ],
        }


def _new_rejects(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    """Yield the reason of every utterance that has been rejected between two diagnostics."""
    for key, count in after.items():
        _, is_reject, reason = key.partition('rejected.')
        earlier = before.get(key, '0')
        if is_reject and reason not in NOT_SHOWN and count.isdigit() and earlier.isdigit():
            yield from [reason] * min(int(count) - int(earlier), MAX_LINES)


def _rate(times_s: Iterable[float], now_s: float) -> float:
    """Return how many of these lie in the last RATE_WINDOW_S, per second."""
    return sum(now_s - t <= RATE_WINDOW_S for t in times_s) / RATE_WINDOW_S
