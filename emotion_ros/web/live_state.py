# SPDX-License-Identifier: MIT
"""The newest of everything that the dashboard shows; nothing of it is ever stored."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from emotion_ros.conversions.observation_fields import faces_to_fields
from emotion_ros.conversions.state_fields import Fields, state_to_fields, to_json
from emotion_ros.core.observations import FacesObservation, Tone
from emotion_ros.core.state import EmotionState
from emotion_ros.view.chart_sample import is_turn, sample
from emotion_ros.view.transcript import Line, Transcript
from emotion_ros.view.vocabulary import vocabulary

WINDOW_S = 60.0
RATE_WINDOW_S = 3.0
SAMPLE_S = 0.1
MAX_SAMPLES = 2000
MAX_ARRIVALS = 500
MAX_LINES = 12
MAX_CHARS = 300


@dataclass(frozen=True)
class Frame:
    """The faces of one image, its size (px), and how long its models took (s)."""

    faces: FacesObservation
    width: int
    height: int
    reason: str
    inference_s: float


@dataclass(frozen=True)
class NodeHealth:
    """What a node said of itself in its diagnostics."""

    name: str
    level: int
    message: str
    values: dict[str, str]


class Board:
    """Takes in what ROS brings, hands out what a page needs; safe between threads.

    Every time is in seconds of one steady clock, that of the caller.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._state: Fields | None = None
            self._state_s = self._frame_s = 0.0
            self._frame: Frame | None = None
            self._sample: Fields | None = None
            self._samples: deque[Fields] = deque(maxlen=MAX_SAMPLES)
            self._states_s: deque[float] = deque(maxlen=MAX_ARRIVALS)
            self._frames_s: deque[float] = deque(maxlen=MAX_ARRIVALS)
            self._transcript = Transcript(MAX_LINES)
            self._nodes: dict[str, tuple[float, NodeHealth]] = {}
            self._hearing_s = float('nan')

    def see_state(self, state: EmotionState, latency_s: float, now_s: float) -> None:
        """Take in a state that arrived at ``now_s``."""
        fields = state_to_fields(state, latency_s)
        with self._lock:
            self._state, self._state_s = fields, now_s
            self._states_s.append(now_s)
            self._remember(sample(state, now_s))

    def see_frame(self, frame: Frame, now_s: float) -> None:
        """Take in the faces of an image that arrived at ``now_s``."""
        with self._lock:
            self._frame, self._frame_s = frame, now_s
            self._frames_s.append(now_s)

    def hear(self, words: str, now_s: float) -> None:
        """Take in spoken words."""
        with self._lock:
            self._transcript.hear(words[:MAX_CHARS], now_s)

    def judge(self, tone: Tone, inference_s: float, at_s: float) -> None:
        """Take in how the words that were heard at ``at_s`` sounded."""
        with self._lock:
            self._transcript.judge(tone, at_s)
            self._hearing_s = inference_s

    def see_node(self, node: NodeHealth, now_s: float) -> None:
        """Take in the diagnostics of a node."""
        with self._lock:
            self._nodes[node.name] = (now_s, node)

    def hello(self, about: Fields) -> str:
        """Return the first message to a page: words, what is shown, and the last minute."""
        with self._lock:
            history = list(self._samples)
        return to_json({'kind': 'hello', **vocabulary(), **about, 'history': history})

    def now(self, now_s: float, enabled: bool) -> str:
        """Return the message that says how everything is at ``now_s``."""
        with self._lock:
            fields = self._fields(now_s)
        return to_json({'kind': 'now', 'now': now_s, 'enabled': enabled, **fields})

    def _remember(self, new: Fields) -> None:
        """Keep every change, and one sample each SAMPLE_S between."""
        last, self._sample = self._sample, new
        if last is None or is_turn(last, new) or new['t'] - self._samples[-1]['t'] >= SAMPLE_S:
            self._samples.append(new)
        while new['t'] - self._samples[0]['t'] > WINDOW_S:
            self._samples.popleft()

    def _fields(self, now_s: float) -> Fields:
        return {
            'state': self._state,
            'state_age': now_s - self._state_s,
            'sample': self._sample,
            'frame': _frame_fields(self._frame, now_s - self._frame_s),
            'transcript': [line_to_fields(line, now_s) for line in self._transcript],
            'rates': {
                'states_hz': _rate(self._states_s, now_s),
                'frames_hz': _rate(self._frames_s, now_s),
                'hearing_s': self._hearing_s,
            },
            'nodes': [_node_fields(seen_s, node, now_s) for seen_s, node in self._nodes.values()],
        }


def line_to_fields(line: Line, now_s: float) -> Fields:
    """Return an utterance as plain data, with its age at ``now_s``."""
    tone = line.tone
    return {
        'age': now_s - line.at_s,
        'words': line.words,
        'sentiment': tone.sentiment.label if tone else None,
        'confidence': tone.confidence if tone else None,
        'refusal': tone.refusal if tone else '',
    }


def _frame_fields(frame: Frame | None, age_s: float) -> Fields | None:
    if frame is None:
        return None
    return {
        **faces_to_fields(frame.faces),
        'age': age_s,
        'reason': frame.reason,
        'image_width': frame.width,
        'image_height': frame.height,
        'inference_time': frame.inference_s,
    }


def _node_fields(seen_s: float, node: NodeHealth, now_s: float) -> Fields:
    return {
        'name': node.name,
        'age': now_s - seen_s,
        'level': node.level,
        'message': node.message,
        'values': node.values,
    }


def _rate(times_s: Iterable[float], now_s: float) -> float:
    """Return how many of these were in the last RATE_WINDOW_S, per second."""
    return sum(now_s - t <= RATE_WINDOW_S for t in times_s) / RATE_WINDOW_S
