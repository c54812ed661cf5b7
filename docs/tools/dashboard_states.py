# SPDX-License-Identifier: MIT
"""The dashboard's page in each of its states, without ROS: for the screenshots and the tests.

A ``StatesSource`` feeds the real server with the last minute of a session that ends in the state
of a given name, one of ``STATES``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import sin
from pathlib import Path
from threading import Thread
from time import monotonic

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.evidence import FACE, TEXT, VOICE, Evidence, Rejection
from emotion_ros.core.observations import FaceObservation, FacesObservation, SentimentResult
from emotion_ros.core.state import EmotionState, Reason, Status, WeighedEvidence
from emotion_ros.core.valence_arousal import VALENCE_AROUSAL
from emotion_ros.demo.frame_renderer import HEIGHT, WIDTH, FrameRenderer
from emotion_ros.demo.storyboard import Cue, Picture, Storyboard, View
from emotion_ros.perception.image.compressed import encode_jpeg
from emotion_ros.web.live_state import WINDOW_S, DashboardState, Frame, NodeHealth
from emotion_ros.web.server import WebServer

PICTURES = Path(__file__).parents[2] / 'config' / 'demo'
IMAGE = 'astronaut.jpg'
FACE_IN_IMAGE = (0.36, 0.13, 0.66, 0.45)  # of the width and height of the picture
RATE_HZ = 10.0
STEP_S = 0.1


@dataclass(frozen=True)
class Person:
    """A person in view: the emotion, its confidence, and where the picture is (px)."""

    number: int
    emotion: Emotion
    confidence: float
    x: int
    y: int
    height: int

    @property
    def picture(self) -> Picture:
        """The picture in the camera's image."""
        return Picture(IMAGE, self.x, self.y, self.height)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The box of the face, in 0..1 of the image; the picture is square."""
        x1, y1, x2, y2 = (self.height * share for share in FACE_IN_IMAGE)
        corners = self.x + x1, self.y + y1, self.x + x2, self.y + y2
        return tuple(c / (WIDTH, HEIGHT)[i % 2] for i, c in enumerate(corners))  # type: ignore[return-value]

    def probabilities(self) -> tuple[float, ...]:
        """A distribution with this confidence in this emotion."""
        rest = (1.0 - self.confidence) / 6
        return tuple(self.confidence if i == self.emotion else rest for i in range(7))


ONE = (Person(1, Emotion.HAPPY, 0.93, 100, 20, 460),)
TWO = (
    Person(1, Emotion.HAPPY, 0.93, -40, 120, 380),
    Person(2, Emotion.SAD, 0.64, 270, 120, 380),
)
FIVE = tuple(
    Person(number, emotion, confidence, x, y, height)
    for number, emotion, confidence, x, y, height in (
        (1, Emotion.HAPPY, 0.93, -30, 200, 190),
        (2, Emotion.SAD, 0.64, 92, 240, 190),
        (3, Emotion.NEUTRAL, 0.58, 214, 180, 190),
        (4, Emotion.SURPRISE, 0.71, 336, 230, 190),
        (12, Emotion.ANGRY, 0.82, 458, 200, 190),
    )
)


def person_state(person: Person, duration_s: float = 4.2, text: str = 'positive') -> EmotionState:
    """Return the state of a person; of the one in focus (1) with words of this sentiment."""
    probabilities = person.probabilities()
    percent = f'{person.confidence:.0%}'
    face = Evidence(
        FACE,
        0.0,
        probabilities,
        person_id=f'face_{person.number}',
        detail=f'{person.emotion.label.capitalize()} ({percent})',
    )
    evidence = [WeighedEvidence(face, 0.93, 0.04, Rejection.NONE)]
    summary = f'Vision: {face.detail}'
    if person.number == 1 and text:
        words = Evidence(TEXT, 0.0, probabilities, detail=f'{text.capitalize()} (97%)')
        voice = Evidence(
            VOICE, 0.0, replace(person, confidence=0.58).probabilities(), detail='Happy (58%)'
        )
        evidence += [
            WeighedEvidence(words, 0.31, 2.1, Rejection.NONE),
            WeighedEvidence(voice, 0.25, 2.3, Rejection.NONE),
        ]
        summary += f', Text: {words.detail}, Voice: {voice.detail}'
    valence, arousal = VALENCE_AROUSAL[person.emotion]
    return EmotionState(
        0.0,
        Status.OK,
        Reason.NONE,
        person_id=f'face_{person.number}',
        emotion=person.emotion,
        confidence=person.confidence,
        duration_s=duration_s,
        probabilities=probabilities,
        valence=valence * person.confidence,
        arousal=arousal * person.confidence,
        evidence=tuple(evidence),
        agreement=0.8,
        summary=summary,
    )


HAPPY = person_state(ONE[0])
CONFLICT = replace(
    person_state(ONE[0], text='negative'),
    reason=Reason.CONFLICT,
    conflict=True,
    summary='Vision: Happy (93%), Text: Negative (97%), Voice: Happy (58%): they disagree',
)
HOLDING = replace(HAPPY, status=Status.HOLDING, reason=Reason.STALE, summary='')
UNCERTAIN = replace(
    HAPPY, reason=Reason.LOW_CONFIDENCE, emotion=Emotion.UNKNOWN, confidence=0.0, duration_s=0.0
)
NO_PERSON = EmotionState(0.0, Status.NO_PERSON, Reason.NO_PERSON, summary='Nobody in view')
NO_INPUT = EmotionState(0.0, Status.NO_INPUT, Reason.NO_INPUT, summary='No input')
DISABLED = EmotionState(0.0, Status.DISABLED, Reason.DISABLED)
PAUSED = EmotionState(
    0.0,
    Status.PAUSED,
    Reason.PAUSED,
    person_id='face_1',
    summary='Paused: asked not to be analysed',
)

STATES: dict[str, tuple[EmotionState | None, tuple[Person, ...] | None]] = {
    'happy': (HAPPY, ONE),
    'conflict': (CONFLICT, ONE),
    'holding': (HOLDING, ()),
    'uncertain': (UNCERTAIN, ONE),
    'nobody': (NO_PERSON, ()),
    'no_input': (NO_INPUT, None),
    'disabled': (DISABLED, None),
    'paused': (PAUSED, ONE),
    'no_data': (None, None),
    'two_people': (HAPPY, TWO),
    'five_people': (HAPPY, FIVE),
}
"""The state of the person in focus (None: no messages), the people in view (None: no images)."""

BEFORE = ((0.0, NO_INPUT), (6.0, NO_PERSON), (14.0, UNCERTAIN), (16.0, HAPPY), (38.0, HOLDING))
LAST_S = 18.0
SPEECH_EVERY_S, SPEECH_S = 5.0, 2.0
UTTERANCES = (
    (41.0, '[MUSIC]', None),
    (20.0, 'I have lost my keys again', SentimentResult(Sentiment.NEGATIVE, 0.91)),
    (12.0, 'Wo ist der Bahnhof?', SentimentResult(Sentiment.UNKNOWN, 0.0, 'unsupported_language')),
    (2.1, 'This is wonderful, thank you so much', SentimentResult(Sentiment.POSITIVE, 0.97)),
)
NODES = ('vision_node', 'sentiment_node', 'voice_node', 'fusion_node')


class StatesSource:
    """Messages for the pages: a session that ends in one of STATES, and stays in it."""

    def __init__(self, show_image: bool = True) -> None:
        self.shown = DashboardState()
        self._show_image = show_image
        self._jpeg: bytes | None = None
        self._state, self._people = STATES['no_data']
        self._fed_s = 0.0

    def play(self, name: str) -> None:
        """Replace the session by one that ends in the state of this name."""
        self._state, self._people = STATES[name]
        has_image = self._show_image and self._people is not None
        self._jpeg = self._camera_image() if has_image else None
        self.shown.clear()
        now_s = monotonic()
        begin_s = now_s - WINDOW_S
        for number in range(int((WINDOW_S - LAST_S) / STEP_S)):
            at_s = number * STEP_S
            state = next(state for start_s, state in reversed(BEFORE) if at_s >= start_s)
            self.shown.add_state(state, 0.031, begin_s + at_s)
        for age_s, words, sentiment in UTTERANCES:
            self.shown.add_words(words, now_s - age_s)
            if sentiment:
                self.shown.add_sentiment(sentiment, 0.006, now_s - age_s)
        self._fed_s = now_s - LAST_S
        self._feed_until(now_s)

    def hello_message(self) -> str:
        """Return the first message to a page."""
        self._feed_until(monotonic())
        settings = {
            'topic': '/emotion_state',
            'window_s': WINDOW_S,
            'show_image': self._show_image,
        }
        return self.shown.hello_message(settings)

    def now_message(self) -> str:
        """Go on in the same state; return the next message."""
        now_s = monotonic()
        self._feed_until(now_s)
        return self.shown.now_message(now_s, enabled=True)

    def camera_jpeg(self) -> bytes | None:
        """Return the camera's image."""
        return self._jpeg

    def _feed_until(self, now_s: float) -> None:
        while self._fed_s + STEP_S < now_s:
            self._fed_s += STEP_S
            self._feed(self._fed_s)

    def _feed(self, now_s: float) -> None:
        for name in NODES:
            values = {'rejected.empty': '0'}
            self.shown.add_node_health(NodeHealth(name, 0, 'running', values), now_s)
        if self._state is None:
            return
        self.shown.add_state(self._state, 0.031, now_s)
        self._feed_voice(now_s)
        if self._people is None:
            return
        faces = tuple(
            FaceObservation(p.number, p.box, 0.9, 0.8, p.probabilities()) for p in self._people
        )
        frame = Frame(FacesObservation(0.0, faces=faces), WIDTH, HEIGHT, '', 0.012)
        self.shown.add_frame(frame, now_s)
        others = [person_state(p) for p in self._people[1:]]
        self.shown.add_people([self._state, *others], now_s)

    def _feed_voice(self, now_s: float) -> None:
        speaks = now_s % SPEECH_EVERY_S < SPEECH_S
        self.shown.add_voice(speaks, -24.0 - 4.0 * sin(9.0 * now_s) if speaks else -55.0, now_s)

    def _camera_image(self) -> bytes:
        view = View(pictures=tuple(person.picture for person in self._people or ()))
        renderer = FrameRenderer(Storyboard(cues=(Cue(0.0, show=view),)), PICTURES)
        return encode_jpeg(renderer.render(view, 0), WIDTH)


@contextmanager
def served(source: StatesSource) -> Iterator[WebServer]:
    """Serve the page of this source on a free local port."""
    server = WebServer('127.0.0.1', 0, RATE_HZ, source)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
