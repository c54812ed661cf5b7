# SPDX-License-Identifier: MIT
"""Images, words and sound in, the dashboard out: the nodes' core in one process, without ROS."""

from collections.abc import Callable
from functools import partial
from math import isfinite
from threading import Event, Lock, Thread
from time import monotonic

from emotion_ros.core.emotions import Sentiment
from emotion_ros.core.evidence import VOICE, Rejection
from emotion_ros.core.fusion.fusion import Observation
from emotion_ros.core.observations import FacesObservation, SentimentResult
from emotion_ros.core.people.privacy import PrivacyMode
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.core.trigger import SILENCE_S
from emotion_ros.errors import InvalidInput
from emotion_ros.live.pipelines import Pipelines
from emotion_ros.live.privacy import LivePrivacy
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.models.backend import MODEL_FAILURES
from emotion_ros.perception.text.pipeline import TextPipeline
from emotion_ros.perception.voice.observer import VoiceObserver
from emotion_ros.perception.voice.stream import AudioChunk
from emotion_ros.runtime.statistics import NodeStatistics
from emotion_ros.runtime.worker import Worker, report_exceptions
from emotion_ros.web.camera_preview import CameraPreview
from emotion_ros.web.live_state import WINDOW_S, DashboardState, Frame, NodeHealth
from emotion_ros.web.server import WebServer

HOST = '127.0.0.1'
PAGE_RATE_HZ = 20.0
PREVIEW_PERIOD_S = 0.06
WAITING_WORDS = 10  # as sentiment_node
WAITING_SOUNDS = 100
HEALTH_PERIOD_S = 1.0
STOP_TIMEOUT_S = 1.0
COMMANDS = {
    '/pause': PrivacyMode.PAUSED,
    '/no_text': PrivacyMode.NO_TEXT,
    '/resume': PrivacyMode.FULL,
}
"""Typed before the id of a person, or alone for everybody."""
VISION, TEXT = 'vision', 'text'
OK, ERROR = 0, 2  # levels of NodeHealth, those of diagnostic_msgs

OnScored = Callable[[SentimentResult], None]


class LiveSession:
    """Serves the page from ``start`` to ``stop``; everything is in memory.

    The newest image wins: one that comes while another is processed replaces the one that waits.
    Times are seconds of ``monotonic``. ``on_error`` is called in a thread with what a model or a
    feed raises. ConfigError, when built, when the port cannot be bound.
    """

    def __init__(
        self,
        port: int,
        load: Callable[[], Pipelines],
        camera: str,
        on_error: Callable[[Exception], None],
        *,
        with_text: bool = True,
    ) -> None:
        self.notice = ''  # shown on top of the page; without one, that no images arrive
        self._shown = DashboardState()
        self._has_typed = False
        on_words = self.add_typed_words if with_text else None
        self.server = WebServer(HOST, port, PAGE_RATE_HZ, self, on_words)
        self._pipelines = load()
        self._camera = camera
        self._image_s = monotonic()
        self._on_error = on_error
        self._lock = Lock()  # of the fusion
        self._stopping = Event()
        self._statistics = {name: NodeStatistics() for name in (VISION, TEXT, VOICE)}
        self._images = Worker(VISION, self._process_image, partial(self._fail, VISION))
        self._words: Worker[tuple[str, OnScored | None]] | None = None
        if text := self._pipelines.text:
            score = partial(self._process_words, text)
            self._words = Worker(TEXT, score, partial(self._fail, TEXT), slots=WAITING_WORDS)
        self._sounds: Worker[AudioChunk] | None = None
        if voice := self._pipelines.voice:
            classify = partial(self._process_sound, voice)
            on_error_of_voice = partial(self._fail, VOICE)
            self._sounds = Worker(VOICE, classify, on_error_of_voice, slots=WAITING_SOUNDS)
        self._keeper = self._pipelines.fusion.privacy
        self._privacy = LivePrivacy(self._keeper, self._lock)
        self._pipelines.vision.select_paused = self._privacy.find_paused
        self._preview = CameraPreview(
            lambda image_bgr: image_bgr,
            self._pipelines.vision.config.rotate,
            is_wanted=lambda: self.server.clients > 0,
            on_reject=self._statistics[VISION].reject,
            on_error=on_error,
            period_s=PREVIEW_PERIOD_S,
            hide=self._privacy.hide,
        )
        self._threads: list[Thread] = []

    def start(self, *feeds: Callable[[Event], None] | None) -> None:
        """Begin to serve the page.

        Each feed runs in a separate thread until the event that it is given is set; it calls
        ``add_image``, ``add_words`` or ``add_sound``.
        """
        targets = {'web': self.server.run, 'clock': self._run_clock}
        for number, feed in enumerate(feeds):
            if feed:
                targets[f'feed {number}'] = partial(feed, self._stopping)
        for name, run in targets.items():
            thread = Thread(
                target=report_exceptions, args=(run, self._on_error), name=name, daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End all threads; one that hangs in a camera or a model is left behind."""
        self._stopping.set()
        self.server.stop()
        for thread in self._threads:
            thread.join(STOP_TIMEOUT_S)
        for worker in (self._images, self._words, self._sounds, self._preview):
            if worker:
                worker.stop()

    def add_image(self, image_bgr: ImageArray, stamp_s: float) -> None:
        """Take the newest image, BGR uint8 [H, W, 3]; it must not change afterwards."""
        self._image_s = monotonic()
        statistics = self._statistics[VISION]
        statistics.count('received')
        if self._images.submit((image_bgr, stamp_s)):
            statistics.count('dropped')
        self._preview.submit(image_bgr)

    def set_privacy(self, person_id: str, mode: PrivacyMode) -> None:
        """Set the mode of a person, '' of everybody, and forget what was shown of the paused.

        InvalidInput('unknown_person') when there is no such person.
        """
        with self._lock:
            if problem := self._keeper.set(person_id, mode):
                raise InvalidInput('unknown_person', problem)
            self._forget_paused()
            self._show_state(monotonic())

    def add_typed_words(self, words: str, on_scored: OnScored | None = None) -> None:
        """Take a line that was typed; from the first one on, scripted words are left out.

        What begins with one of COMMANDS sets the privacy; InvalidInput when that cannot be done.
        """
        command, _, person_id = words.strip().partition(' ')
        if command in COMMANDS:
            self.set_privacy(person_id.strip(), COMMANDS[command])
            return
        if command.startswith('/'):
            raise InvalidInput('unknown_command', f'{command}: use {", ".join(COMMANDS)}')
        self._has_typed = True
        self.add_words(words, on_scored)

    def add_scripted_words(self, words: str) -> None:
        """Take what the scripted person says, until a line was typed: not two people at once."""
        if not self._has_typed:
            self.add_words(words)

    def add_words(self, words: str, on_scored: OnScored | None = None) -> None:
        """Take a line that was typed or said now; ``on_scored`` gets its result, in a thread.

        Without a text pipeline nothing is taken.
        """
        if self._words is None:
            return
        self._statistics[TEXT].count('received')
        if self._words.submit((words, on_scored)):
            self._statistics[TEXT].count('dropped')

    def add_sound(self, chunk: AudioChunk) -> None:
        """Take the next sound of the microphone; without a voice pipeline nothing is taken."""
        if self._sounds is None:
            return
        self._statistics[VOICE].count('received')
        if self._sounds.submit(chunk):
            self._statistics[VOICE].count('dropped')

    def hello_message(self) -> str:
        """Return the first message to a page; called in the server's thread."""
        return self._shown.hello_message(
            {
                'topic': self._camera,
                'window_s': WINDOW_S,
                'show_image': True,
                'accepts_words': self._pipelines.text is not None,
                'accepts_commands': True,
            }
        )

    def now_message(self) -> str:
        """Return the next message to all pages; called in the server's thread."""
        now_s, notice = monotonic(), self.notice
        if not notice and now_s - self._image_s > SILENCE_S:
            notice = f'No images arrive: {self._camera}.'
        return self._shown.now_message(now_s, enabled=True, notice=notice)

    def camera_jpeg(self) -> bytes | None:
        """Return the camera's image; called in the server's thread."""
        return self._preview.jpeg

    def _process_image(self, item: tuple[ImageArray, float]) -> None:
        image_bgr, stamp_s = item
        began_s = monotonic()
        report = self._pipelines.vision.process(image_bgr, stamp_s)
        now_s = monotonic()
        faces = FacesObservation(stamp_s=stamp_s, faces=self._privacy.withhold(report.faces))
        if self._pipelines.voice:
            self._pipelines.voice.add_faces(faces)
        size = report.image_width, report.image_height
        self._shown.add_frame(Frame(faces, *size, reason='', inference_s=now_s - began_s), now_s)
        self._fuse(faces)
        self._statistics[VISION].processed(now_s - stamp_s, now_s - began_s)
        self._pipelines.vision.run_deferred()

    def _process_words(self, text: TextPipeline, item: tuple[str, OnScored | None]) -> None:
        """Score a line as sentiment_node does; what it would reject is shown with the reason."""
        words, on_scored = item
        stamp_s, inference_s = monotonic(), float('nan')
        utterance = Utterance.from_text(words)
        try:
            if self._privacy.mode('') is not PrivacyMode.FULL:
                text.forget_dialogue()
                if not text.opts_out(utterance):
                    raise InvalidInput('paused', 'who may have said it is not analysed')
            report = text.process(utterance, stamp_s)
        except InvalidInput as error:
            self._statistics[TEXT].reject(error.reason)
            if error.reason in MODEL_FAILURES:
                self._fail(TEXT, error)
            result = SentimentResult(Sentiment.UNKNOWN, 0.0, error.reason)
        else:
            observation = report.to_observation(stamp_s)
            result, inference_s = observation.result(), report.inference_time_s
            self._fuse(observation)
            self._statistics[TEXT].processed(monotonic() - stamp_s, inference_s)
        if self._privacy.mode('') is PrivacyMode.FULL:
            self._shown.add_words(words, stamp_s)
            self._shown.add_sentiment(result, inference_s, stamp_s)
        if on_scored:
            on_scored(result)

    def _process_sound(self, voice: VoiceObserver, chunk: AudioChunk) -> None:
        """Classify the speech that is due, and show the level."""
        began_s = monotonic()
        for evidence in voice.add(chunk, self._privacy.may_analyse):
            self._fuse(evidence)
        now_s, activity = monotonic(), voice.activity
        if self._privacy.may_analyse(''):
            self._shown.add_voice(activity.speaking, activity.level_dbfs, now_s)
        late_s = now_s - chunk.stamp_s - chunk.duration_s
        self._statistics[VOICE].processed(late_s, now_s - began_s)

    def _fuse(self, observation: Observation) -> None:
        """Add an observation, and show the state at once when the schedule allows."""
        with self._lock:
            now_s = monotonic()
            if self._pipelines.fusion.add(observation, now_s) is Rejection.OPT_OUT:
                self._forget_paused()
            if self._pipelines.schedule.on_evidence(now_s):
                self._show_state(now_s)

    def _forget_paused(self) -> None:
        """Remove what was shown of who is paused now."""
        rules = self._keeper.rules()
        self._preview.clear()
        if rules.everybody is PrivacyMode.PAUSED:
            self._shown.clear()
        elif rules.unknown_speaker is not PrivacyMode.FULL:
            self._shown.forget(rules.paused, monotonic())

    def _run_clock(self) -> None:
        """Show a state on every tick of the schedule, and the health of the models at 1 Hz."""
        health_s = monotonic()
        while not self._stopping.wait(self._pipelines.schedule.until_tick_s(monotonic())):
            now_s = monotonic()
            with self._lock:
                if self._pipelines.schedule.tick(now_s):
                    self._show_state(now_s)
            if (elapsed_s := now_s - health_s) < HEALTH_PERIOD_S:
                continue
            health_s = now_s
            for name, statistics in self._statistics.items():
                values = statistics.collect(elapsed_s)
                if statistics.counts()['received']:
                    error = statistics.error
                    level, words = (ERROR, error) if error else (OK, 'running')
                    self._shown.add_node_health(NodeHealth(name, level, words, values), now_s)

    def _show_state(self, now_s: float) -> None:
        states = self._pipelines.fusion.states(now_s)
        stamp_s = states[0].stamp_s
        self._shown.add_state(states[0], now_s - stamp_s if isfinite(stamp_s) else 0.0, now_s)
        self._shown.add_people(states, now_s)

    def _fail(self, name: str, error: Exception) -> None:
        statistics = self._statistics[name]
        is_first = not statistics.error
        statistics.fail(error)
        if is_first:
            self._on_error(error)
