# SPDX-License-Identifier: MIT
"""sentiment_node: from recognised speech to ``emotion/text``."""

from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from typing import Any, ClassVar

from std_msgs.msg import Bool, String

from emotion_ros.conversions.from_msg import msg_to_faces
from emotion_ros.core.graph.input_checks import check_speech
from emotion_ros.core.observations import SourceStatus
from emotion_ros.core.people.privacy import PrivacyMode
from emotion_ros.core.people.speaker_binding import Speaker, SpeakerBinding
from emotion_ros.core.people.words_speaker import speaker_of_words
from emotion_ros.core.speech.own_voice import MutedTimes, RobotSpeech, words_of
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import FaceEmotionArray, TextSentiment
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.inputs.input_monitor import PATIENCE_S
from emotion_ros.nodes.inputs.input_subscription import LatchedInput
from emotion_ros.nodes.messages.qos import QUEUE_DEPTH
from emotion_ros.nodes.messages.speech import StampedUtterance, speech_sources, stamp_utterance
from emotion_ros.nodes.messages.to_msg import report_to_msg, text_status_to_msg
from emotion_ros.nodes.people.person_topics import PersonTopics
from emotion_ros.nodes.people.privacy_follower import PrivacyFollower
from emotion_ros.nodes.people.voice_topics import VoiceMessage, VoiceTopics
from emotion_ros.nodes.worker_node import WorkerNode
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.engine_on_demand import EngineOnDemand
from emotion_ros.perception.text.pipeline import TextPipeline, make_text_pipeline
from emotion_ros.runtime.memory import trim_heap
from emotion_ros.runtime.worker import report_exceptions

MOST_WORDS_OF_OPT_OUT = 5
"""Of an answer to the robot's notice, which itself has the words to say and is longer."""


class SentimentNode(WorkerNode[SentimentConfig, StampedUtterance]):
    """Scores every final utterance of a recogniser."""

    Config = SentimentConfig
    MAILBOX_SLOTS: ClassVar[int] = QUEUE_DEPTH

    def __init__(
        self,
        make_pipeline: Callable[[SentimentConfig], TextPipeline] = make_text_pipeline,
        **node_options: Any,
    ) -> None:
        self._make_pipeline = make_pipeline
        super().__init__('sentiment_node', **node_options)

    def setup(self) -> None:
        """Load the model and open the publisher."""
        self._pipeline = self._make_pipeline(self.config)
        self.muted_times = MutedTimes()
        self.robot_speech = RobotSpeech()
        self.privacy = PrivacyFollower(self)
        self.speakers = SpeakerBinding()
        self.results = self.create_publisher(TextSentiment, 'emotion/text', QUEUE_DEPTH)

    def activate(self) -> None:
        """Subscribe to the words, and to what makes them the robot's own."""
        self._unpublished_since_s = self.steady_s()
        topic = self.resolve_topic_name('speech')
        self.subscribe(speech_sources(topic, self.config.speech_type), QUEUE_DEPTH, check_speech)
        self.create_subscription(FaceEmotionArray, 'emotion/faces', self._on_faces, QUEUE_DEPTH)
        self.voices = VoiceTopics(self, self._on_message, lambda: self.input.topic_name)
        self.persons = PersonTopics(self)
        self._mute = LatchedInput(self, Bool, 'mute', self._on_mute)
        self.create_subscription(String, 'robot_speech', self._on_robot_speech, QUEUE_DEPTH)

    def details(self) -> dict[str, str]:
        """Return model and topic."""
        return {
            'model': self._pipeline.model_name,
            'model_sha256': self._pipeline.model_sha256,
            'topic': self.input.topic_name,
            'muted': str(self.muted_times.is_muted).lower(),
        }

    def deactivate(self) -> None:
        """Close the latched mute, too: it was opened later."""
        super().deactivate()
        self._mute.close_latched()
        self.voices.close()
        self.persons.close()

    def on_enable(self, enabled: bool) -> None:
        """Publish at once that text is off or on: the next utterance may be far away."""
        super().on_enable(enabled)
        self._pipeline.forget_dialogue()
        if enabled:
            self.publish_status()

    def on_second(self) -> None:
        """Take a latched mute, too: its value was published before this node started."""
        super().on_second()
        self._mute.update()
        self.voices.update()
        self.persons.update()
        self._free_or_load()

    def accept(self, msg: Any) -> StampedUtterance:
        """Return the utterance of a message; InvalidInput when the robot itself spoke."""
        now_s = self.now_s()
        said = msg if isinstance(msg, VoiceMessage) else VoiceMessage('', msg)
        stamped = stamp_utterance(said.msg, now_s)
        if self.muted_times.contains(stamped.stamp_s, now_s, self.config.mute_hold):
            raise InvalidInput('muted', 'the robot speaks')
        window_s = self.config.own_voice_window
        words = len(words_of(stamped.utterance.final))
        is_repeated = window_s and self.robot_speech.repeats(
            stamped.utterance.final, now_s, window_s
        )
        is_opt_out = words <= MOST_WORDS_OF_OPT_OUT and self._pipeline.opts_out(stamped.utterance)
        if is_repeated and not is_opt_out:
            raise InvalidInput('own_voice', 'the words of the robot')
        speaker = speaker_of_words(self.speakers, words, stamped.stamp_s)
        if said.voice_id and (face := self.persons.face_of_voice(said.voice_id)):
            speaker = Speaker(face, 1.0)
        return replace(stamped, voice_id=said.voice_id, speaker=speaker)

    def process(self, stamped: StampedUtterance) -> None:
        """Publish the sentiment of one utterance, or that its speaker opts out."""
        is_private = self.privacy.mode(stamped.speaker.person_id) is not PrivacyMode.FULL
        if is_private:
            self._pipeline.forget_dialogue()
        if is_private and not self._pipeline.opts_out(stamped.utterance):
            raise InvalidInput('paused', 'the speaker is not analysed')
        voice = stamped.voice_id or stamped.speaker.person_id
        report = self._pipeline.process(stamped.utterance, stamped.stamp_s, voice=voice)
        if self.may_publish():
            self.results.publish(report_to_msg(report, stamped, self.config.include_text))
        self.statistics.processed(self.now_s() - stamped.stamp_s, report.inference_time_s)

    def status_to_msg(self, status: SourceStatus, reason: str) -> TextSentiment:
        """Return a message without an utterance, stamped now."""
        return text_status_to_msg(status, reason, self.now_s())

    def _on_faces(self, msg: FaceEmotionArray) -> None:
        try:
            self.speakers.update(msg_to_faces(msg))
        except InvalidInput as error:
            self.statistics.count(f'faces.{error.reason}')

    def _free_or_load(self) -> None:
        """Have the model in memory from the first speech on, before that while it is published.

        It takes 50 MB, and at a recogniser's start there is time to load it.
        """
        engine = self._pipeline.engine
        if not isinstance(engine, EngineOnDemand) or self.statistics.counts()['received']:
            return
        now_s = self.steady_s()
        if self.count_publishers(self.input.topic_name) or self.voices.are_published:
            self._unpublished_since_s = now_s
            if not engine.is_loaded:
                args = self._pipeline.prepare, self.fail
                Thread(target=report_exceptions, args=args, name='text model', daemon=True).start()
        elif engine.is_loaded and now_s - self._unpublished_since_s >= PATIENCE_S:
            engine.free()
            trim_heap()

    def _on_mute(self, msg: Bool) -> None:
        self.muted_times.update(bool(msg.data), self.now_s())

    def _on_robot_speech(self, msg: String) -> None:
        now_s = self.now_s()
        self.robot_speech.add(msg.data, now_s)
        if self.enabled:
            self._pipeline.add_robot_speech(msg.data, now_s)


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([SentimentNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
