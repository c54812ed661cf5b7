# SPDX-License-Identifier: MIT
"""Demo observer node: collects what the nodes publish, for evaluation and display."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from std_msgs.msg import Header, String

from emotion_ros.conversions.from_msg import msg_to_faces, msg_to_state, stamp_to_seconds
from emotion_ros.core.emotions import Emotion
from emotion_ros.core.observations import FaceObservation
from emotion_ros.core.state import EmotionState
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.demo.controller_node import NOTES_TOPIC
from emotion_ros.demo.evaluation import TimedState
from emotion_ros.demo.source_node import STARTED_TOPIC
from emotion_ros.msg import EmotionEvent, FaceEmotionArray, TextSentiment, VoiceActivity
from emotion_ros.msg import EmotionState as EmotionStateMsg
from emotion_ros.nodes.messages.qos import LATCHED, OBSERVER_DEPTH
from emotion_ros.nodes.people.people_publisher import KINDS

FRAME_TIMEOUT_S = 1.0
KIND_NAMES = {number: kind.value for kind, number in KINDS.items()}
KIND_NAMES[EmotionEvent.REACTION] = 'reaction'


class DemoObserver(Node):
    """Keeps the latest message of each topic and, from the start of the story, every state."""

    def __init__(self, **node_options: Any) -> None:
        super().__init__('demo_observer', **node_options)
        self.state: EmotionState | None = None
        self.latency_s = 0.0
        self.speech = ''
        self.note = self.event = self.speaker = self.context_sentence = ''
        self._voice: VoiceActivity | None = None
        self._voice_until_s = 0.0
        self.states: list[TimedState] = []
        self._start_s: float | None = None
        self._faces: tuple[FaceObservation, ...] = ()
        self._faces_until_s = 0.0
        self._own_executor = SingleThreadedExecutor(context=self.context)
        self._own_executor.add_node(self)
        self.create_subscription(Header, STARTED_TOPIC, self._on_started, LATCHED)
        self.create_subscription(EmotionStateMsg, 'emotion_state', self._on_state, OBSERVER_DEPTH)
        self.create_subscription(FaceEmotionArray, 'emotion/faces', self._on_faces, OBSERVER_DEPTH)
        self.create_subscription(VoiceActivity, 'emotion/voice', self._on_voice, OBSERVER_DEPTH)
        self.create_subscription(String, 'speech', self._on_speech, OBSERVER_DEPTH)
        self.create_subscription(String, NOTES_TOPIC, self._on_note, OBSERVER_DEPTH)
        self.create_subscription(EmotionEvent, 'emotion_events', self._on_event, OBSERVER_DEPTH)
        self.create_subscription(TextSentiment, 'emotion/text', self._on_text, OBSERVER_DEPTH)
        self.create_subscription(String, 'emotion_context', self._on_context, LATCHED)

    def story_time(self) -> float | None:
        """Return the seconds since the start of the story; None before it."""
        if self._start_s is None:
            return None
        return float(self.get_clock().now().nanoseconds / NANOSECONDS - self._start_s)

    def faces(self) -> tuple[FaceObservation, ...] | None:
        """Return the faces of the latest frame; None when it is older than FRAME_TIMEOUT_S."""
        return self._faces if monotonic() < self._faces_until_s else None

    def voice(self) -> tuple[bool, float] | None:
        """Return whether a person speaks, and the level (dBFS); None when nothing reports it."""
        if self._voice is None or monotonic() > self._voice_until_s:
            return None
        return self._voice.speaking, self._voice.level_dbfs

    def spin_for(self, seconds: float) -> None:
        """Serve the subscriptions for this long."""
        until_s = monotonic() + seconds
        while (left_s := until_s - monotonic()) > 0.0:
            self._own_executor.spin_once(timeout_sec=left_s)

    def _on_started(self, msg: Header) -> None:
        self._start_s = stamp_to_seconds(msg.stamp)
        self.states.clear()

    def _on_state(self, msg: EmotionStateMsg) -> None:
        self.state, self.latency_s = msg_to_state(msg), msg.latency
        at_s = self.story_time()
        if at_s is not None:
            self.states.append(TimedState(at_s, self.state))

    def _on_faces(self, msg: FaceEmotionArray) -> None:
        self._faces = msg_to_faces(msg).faces
        self._faces_until_s = monotonic() + FRAME_TIMEOUT_S

    def _on_voice(self, msg: VoiceActivity) -> None:
        self._voice, self._voice_until_s = msg, monotonic() + FRAME_TIMEOUT_S

    def _on_note(self, msg: String) -> None:
        self.note = msg.data

    def _on_event(self, msg: EmotionEvent) -> None:
        self.event = event_line(msg)

    def _on_text(self, msg: TextSentiment) -> None:
        if msg.voice_id:
            who = f'{msg.person_id} ({msg.binding_confidence:.0%})' if msg.person_id else 'unbound'
            self.speaker = f'{msg.voice_id} is {who}'

    def _on_context(self, msg: String) -> None:
        self.context_sentence = msg.data

    def _on_speech(self, msg: String) -> None:
        self.speech = msg.data


def event_line(msg: EmotionEvent) -> str:
    """Return such as ``face_1: change happy → sad, after 3.2 s``."""
    lasted_s = msg.duration.sec + msg.duration.nanosec / NANOSECONDS
    emotions = f' {Emotion(msg.from_emotion).label} → {Emotion(msg.to_emotion).label}'
    lasted = f', after {lasted_s:.1f} s' if lasted_s else ''
    changes = msg.from_emotion != msg.to_emotion
    return f'{msg.person_id}: {KIND_NAMES[msg.kind]}{emotions if changes else ""}{lasted}'


@contextmanager
def open_observer() -> Iterator[DemoObserver]:
    """Open an observer in a separate ROS context, which leaves the signal handlers alone."""
    context = rclpy.Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    try:
        observer = DemoObserver(context=context)
        try:
            yield observer
        finally:
            observer.destroy_node()
    finally:
        rclpy.shutdown(context=context)
