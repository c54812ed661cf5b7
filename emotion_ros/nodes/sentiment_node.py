# SPDX-License-Identifier: MIT
"""sentiment_node: from recognised speech to ``emotion/text``."""

from collections.abc import Callable
from typing import Any, ClassVar

from rclpy.qos import DurabilityPolicy
from rclpy.subscription import Subscription
from std_msgs.msg import Bool, String

from emotion_ros.core.input_checks import check_speech
from emotion_ros.core.observations import SourceStatus
from emotion_ros.core.own_voice import MutedTimes, RobotSpeech
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import TextSentiment
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.qos import LATCHED, QUEUE_DEPTH
from emotion_ros.nodes.speech import StampedUtterance, speech_sources, stamp_utterance
from emotion_ros.nodes.to_msg import report_to_msg, text_status_to_msg
from emotion_ros.nodes.worker_node import WorkerNode
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.pipeline import TextPipeline, make_text_pipeline


class SentimentNode(WorkerNode[SentimentConfig, StampedUtterance]):
    """Scores every final utterance of a recogniser."""

    Config = SentimentConfig
    MAILBOX_SLOTS: ClassVar[int] = QUEUE_DEPTH
    _latched_mute: Subscription | None = None

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
        self._muted = MutedTimes()
        self._robot_speech = RobotSpeech()
        self.results = self.create_publisher(TextSentiment, 'emotion/text', QUEUE_DEPTH)

    def activate(self) -> None:
        """Subscribe to the words, and to what makes them the robot's own."""
        self._latched_mute = None
        topic = self.resolve_topic_name('speech')
        self.subscribe(speech_sources(topic, self.config.speech_type), QUEUE_DEPTH, check_speech)
        self._mute = self.create_subscription(Bool, 'mute', self._on_mute, QUEUE_DEPTH)
        self.create_subscription(String, 'robot_speech', self._on_robot_speech, QUEUE_DEPTH)

    def details(self) -> dict[str, str]:
        """Return model and topic."""
        return {
            'model': self._pipeline.model_name,
            'model_sha256': self._pipeline.model_sha256,
            'topic': self.input.topic_name,
            'muted': str(self._muted.is_muted).lower(),
        }

    def deactivate(self) -> None:
        """Close the latched mute, too: it was opened later."""
        super().deactivate()
        if self._latched_mute is not None:
            self.destroy_subscription(self._latched_mute)

    def on_enable(self, enabled: bool) -> None:
        """Publish at once that text is off or on: the next utterance may be far away."""
        super().on_enable(enabled)
        if enabled:
            self.publish_status()

    def on_second(self) -> None:
        """Take a latched mute, too: its value was published before this node started."""
        super().on_second()
        infos = self.get_publishers_info_by_topic(self._mute.topic_name)
        is_latched = any(
            i.qos_profile.durability == DurabilityPolicy.TRANSIENT_LOCAL for i in infos
        )
        # Only then: a volatile publisher would log a warning that it is incompatible.
        if is_latched and self._latched_mute is None:
            self._latched_mute = self.create_subscription(Bool, 'mute', self._on_mute, LATCHED)
        elif not is_latched and self._latched_mute is not None:
            self.destroy_subscription(self._latched_mute)
            self._latched_mute = None

    def accept(self, msg: Any) -> StampedUtterance:
        """Return the utterance of a message; InvalidInput when the robot itself spoke."""
        now_s = self.now_s()
        stamped = stamp_utterance(msg, now_s)
        if self._muted.contains(stamped.stamp_s, now_s, self.config.mute_hold):
            raise InvalidInput('muted', 'the robot speaks')
        window_s = self.config.own_voice_window
        if window_s and self._robot_speech.repeats(stamped.utterance.final, now_s, window_s):
            raise InvalidInput('own_voice', 'the words of the robot')
        return stamped

    def process(self, stamped: StampedUtterance) -> None:
        """Publish the sentiment of one utterance."""
        report = self._pipeline.process(stamped.utterance, stamped.stamp_s)
        if self.may_publish():
            self.results.publish(
                report_to_msg(
                    report, stamped.header, stamped.stamp_source, self.config.include_text
                )
            )
        self.statistics.processed(self.now_s() - stamped.stamp_s, report.inference_time_s)

    def status_to_msg(self, status: SourceStatus, reason: str) -> TextSentiment:
        """Return a message without an utterance, stamped now."""
        return text_status_to_msg(status, reason, self.now_s())

    def _on_mute(self, msg: Bool) -> None:
        self._muted.update(bool(msg.data), self.now_s())

    def _on_robot_speech(self, msg: String) -> None:
        self._robot_speech.add(msg.data, self.now_s())


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([SentimentNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
