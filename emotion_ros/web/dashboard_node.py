# SPDX-License-Identifier: MIT
"""dashboard_node: serves a web page with the live state, its evidence and the node health."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Thread
from typing import Any, TypeVar

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray

from emotion_ros.conversions.from_msg import msg_to_faces, msg_to_state, msg_to_text
from emotion_ros.core.graph.snapshot import FUSION, SENTIMENT, VISION, VOICE_NODE
from emotion_ros.core.image_topics import Topic
from emotion_ros.core.observations import FacesObservation
from emotion_ros.core.people.privacy import PrivacyMode, PrivacyRules, withhold_paused
from emotion_ros.core.state import EmotionState as State
from emotion_ros.core.state import Status
from emotion_ros.core.trigger import SILENCE_S
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import (
    EmotionState,
    EmotionStateArray,
    FaceEmotionArray,
    TextSentiment,
    VoiceActivity,
)
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.inputs.input_subscription import InputSubscription, camera_sources
from emotion_ros.nodes.messages.image_decoder import make_decoder
from emotion_ros.nodes.messages.qos import BEST_EFFORT, LATEST_IMAGE
from emotion_ros.nodes.messages.speech import speech_sources, stamp_utterance
from emotion_ros.nodes.people.privacy_follower import PrivacyFollower
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.image.annotate import blank_faces
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.normalize import clean_text
from emotion_ros.runtime.worker import report_exceptions
from emotion_ros.web.camera_preview import CameraPreview
from emotion_ros.web.config import DashboardConfig
from emotion_ros.web.live_state import WINDOW_S, DashboardState, Frame, NodeHealth
from emotion_ros.web.server import WebServer

M = TypeVar('M')

SHOWN_NODES = (VISION, SENTIMENT, VOICE_NODE, FUSION)
STOP_TIMEOUT_S = 1.0
ADVICE = '“ros2 run emotion_ros doctor” finds the cause.'


class DashboardNode(EmotionNode[DashboardConfig]):
    """Keeps the latest messages in memory and serves them to browsers."""

    Config = DashboardConfig
    _camera: CameraPreview | None = None
    _thread: Thread | None = None
    _inputs: Sequence[InputSubscription] = ()

    def __init__(self, **node_options: Any) -> None:
        super().__init__('dashboard_node', **node_options)

    def setup(self) -> None:
        """Make what is shown; nothing is published."""
        self._shown = DashboardState()
        self.privacy = PrivacyFollower(self, self._on_rules)
        self._faces, self._faces_s = FacesObservation(0.0), 0.0

    def activate(self) -> None:
        """Bind the port, open the topics and serve the page."""
        if self.config.show_image:
            self._camera = CameraPreview(
                make_decoder(VisionConfig()),
                self.config.rotate,
                is_wanted=lambda: self.enabled and self.server.clients > 0,
                on_reject=self.statistics.reject,
                on_error=self.report_error,
                hide=self.hide_paused,
            )
            images = camera_sources(self, self.config.image_transport)
            on_image = self._camera.submit
            self._open_input(images, on_image, LATEST_IMAGE)
        self.server = WebServer(self.config.host, self.config.port, self.config.rate, self)
        self._states = self._subscribe(EmotionState, 'emotion_state', self._on_state)
        self._subscribe(EmotionStateArray, 'emotion_states', self._on_states)
        self._subscribe(FaceEmotionArray, 'emotion/faces', self._on_faces)
        self._subscribe(TextSentiment, 'emotion/text', self._on_text)
        self._subscribe(
            VoiceActivity,
            'emotion/voice',
            lambda msg: self._shown.add_voice(msg.speaking, msg.level_dbfs, self.steady_s()),
        )
        speech = speech_sources(self.resolve_topic_name('speech'), self.config.speech_type)
        on_speech = self._checked(self._on_speech)
        self._open_input(speech, on_speech, BEST_EFFORT)
        self._subscribe(DiagnosticArray, '/diagnostics', self._on_diagnostics)
        self._thread = Thread(
            target=report_exceptions,
            args=(self.server.run, self.report_error),
            name='web',
            daemon=True,
        )
        self._thread.start()
        where, log = f'dashboard at {self.server.url}', self.get_logger()
        if self.server.is_private:
            log.info(where)
        else:
            log.warning(f'{where}: no password, open to the whole network')

    def deactivate(self) -> None:
        """Stop the server first: its thread calls this node."""
        if self._thread:
            self.server.stop()
            self._thread.join(STOP_TIMEOUT_S)
        if self._camera:
            self._camera.stop()
        for source in self._inputs:
            source.close()
        self._shown.clear()

    def details(self) -> dict[str, str]:
        """Return the topic of the states, the page's address and the number of open pages."""
        return {
            'topic': self._states.topic_name,
            'url': self.server.url,
            'clients': str(self.server.clients),
        }

    def on_enable(self, enabled: bool) -> None:
        """Remove everything when switched off."""
        if not enabled:
            self._shown.clear()
            if self._camera:
                self._camera.clear()

    def hello_message(self) -> str:
        """Return the first message to a page; called in the server's thread."""
        return self._shown.hello_message(
            {
                'topic': self._states.topic_name,
                'window_s': WINDOW_S,
                'show_image': self.config.show_image,
                'advice': ADVICE,
            }
        )

    def now_message(self) -> str:
        """Return the next message to all pages; called in the server's thread."""
        return self._shown.now_message(self.steady_s(), self.enabled)

    def camera_jpeg(self) -> bytes | None:
        """Return the camera's image; called in the server's thread."""
        return self._camera.jpeg if self._camera else None

    def _open_input(
        self, sources: Sequence[Topic], on_message: Callable[[Any], None], qos: Any
    ) -> None:
        source = InputSubscription(self, sources, on_message, qos, clock=self.steady_clock)
        self._inputs = (*self._inputs, source)

    def _subscribe(self, msg_type: type[M], topic: str, handle: Callable[[M], None]) -> Any:
        return self.create_subscription(msg_type, topic, self._checked(handle), BEST_EFFORT)

    def _checked(self, handle: Callable[[M], None]) -> Callable[[M], None]:
        """Return a callback; a message for which ``handle`` raises InvalidInput is rejected."""

        def on_message(msg: M) -> None:
            if not self.enabled:
                return
            self.statistics.count('received')
            try:
                handle(msg)
            except InvalidInput as error:
                self.statistics.reject(error.reason)

        return on_message

    def _on_state(self, msg: EmotionState) -> None:
        state = msg_to_state(msg)
        if self._may_show(state):
            self._shown.add_state(state, float(msg.latency), self.steady_s())

    def _on_states(self, msg: EmotionStateArray) -> None:
        states = filter(self._may_show, map(msg_to_state, msg.states))
        self._shown.add_people(states, self.steady_s())

    def _may_show(self, state: State) -> bool:
        """Return False for a state from before the pause that arrives after it."""
        return state.status is Status.PAUSED or not self._is_paused(state.person_id)

    def _on_faces(self, msg: FaceEmotionArray) -> None:
        faces = self._without_paused(msg_to_faces(msg))
        frame = Frame(faces, msg.image_width, msg.image_height, msg.reason, msg.inference_time)
        self._faces, self._faces_s = frame.faces, self.steady_s()
        people = [face.person_id for face in frame.faces.faces]
        self.privacy.find_paused(people, frame.faces.stamp_s)
        self._shown.add_frame(frame, self._faces_s)

    def _on_rules(self, rules: PrivacyRules) -> None:
        """Forget what was shown of who is paused now."""
        if rules.everybody is PrivacyMode.PAUSED:
            self._shown.clear()
        elif rules.unknown_speaker is not PrivacyMode.FULL or rules.paused:
            self._shown.forget(rules.paused, self.steady_s())
        if self._camera and self.privacy.has_paused:
            self._camera.clear()

    def hide_paused(self, image_bgr: ImageArray) -> ImageArray:
        """Return the image without paused persons; black when they may be anywhere in it."""
        is_current = self.steady_s() - self._faces_s < SILENCE_S
        is_known = self.privacy.may_show_image and (is_current or not self.privacy.has_paused)
        shown = blank_faces(image_bgr, self._without_paused(self._faces).faces)
        return shown if is_known else np.zeros_like(shown)

    def _without_paused(self, faces: FacesObservation) -> FacesObservation:
        """Return the faces; vision_node may take over a pause later than this node."""
        return replace(faces, faces=withhold_paused(faces.faces, self._is_paused))

    def _is_paused(self, person_id: str) -> bool:
        return bool(person_id) and self.privacy.mode(person_id) is PrivacyMode.PAUSED

    def _on_text(self, msg: TextSentiment) -> None:
        text = msg_to_text(msg)
        if not text.is_status_only:
            age_s = self.now_s() - text.stamp_s
            self._shown.add_sentiment(text.result(), msg.inference_time, self.steady_s() - age_s)

    def _on_speech(self, msg: Any) -> None:
        """Show the words that are scored; of what has none, all that was received."""
        utterance = stamp_utterance(msg, self.now_s()).utterance
        if utterance.is_partial or self.privacy.mode('') is not PrivacyMode.FULL:
            return
        words = utterance.final
        with suppress(InvalidInput):
            words = clean_text(words, SentimentConfig.max_chars).text
        self._shown.add_words(words, self.steady_s())

    def _on_diagnostics(self, msg: DiagnosticArray) -> None:
        for status in msg.status:
            if status.name in SHOWN_NODES and status.hardware_id == self.get_namespace():
                values = {pair.key: pair.value for pair in status.values}
                level = int.from_bytes(status.level, 'big')
                health = NodeHealth(status.name, level, status.message, values)
                self._shown.add_node_health(health, self.steady_s())


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([DashboardNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
