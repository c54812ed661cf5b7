# SPDX-License-Identifier: MIT
"""sentiment_node: from recognised speech to ``emotion/text``."""

from collections.abc import Callable
from typing import Any

from std_msgs.msg import Bool

from emotion_ros.core.graph_checks import check_speech
from emotion_ros.core.observations import SourceStatus
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import TextSentiment
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.speech import StampedUtterance, make_speech_converter, ros_name, speech_type
from emotion_ros.nodes.to_msg import report_to_msg, status_to_msg
from emotion_ros.nodes.worker import Worker
from emotion_ros.perception.models.backend import MODEL_FAILURES
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.pipeline import TextPipeline, TextReport, make_text_pipeline

QUEUE_DEPTH = 10


class SentimentNode(EmotionNode[SentimentConfig]):
    """Scores every final utterance of a recogniser."""

    Config = SentimentConfig
    # From Kilted on a node whose start failed is destroyed, too.
    _worker: Worker[Any] | None = None

    def __init__(
        self,
        make_pipeline: Callable[[SentimentConfig], TextPipeline] = make_text_pipeline,
        **node_options: Any,
    ) -> None:
        super().__init__('sentiment_node', **node_options)
        self._pipeline = make_pipeline(self.config)
        self._muted = False
        self._publisher = self.create_publisher(TextSentiment, 'emotion/text', QUEUE_DEPTH)
        self._worker = Worker('sentiment', self._process, self._on_failure, slots=QUEUE_DEPTH)
        self._convert = make_speech_converter(self.config)
        kind = speech_type(self.config)
        self._speech = self.create_subscription(kind, 'speech', self._on_speech, QUEUE_DEPTH)
        self.monitor_input(self._speech, ros_name(kind), check_speech)
        self.create_subscription(Bool, 'mute', self._on_mute, QUEUE_DEPTH)
        self.start()

    def destroy_node(self) -> None:
        """Stop the worker first: it publishes."""
        if self._worker:
            self._worker.stop()
        super().destroy_node()

    def details(self) -> dict[str, str]:
        """Return model and topic."""
        return {
            'model': self._pipeline.model_name,
            'model_sha256': self._pipeline.model_sha256,
            'topic': self._speech.topic_name,
            'muted': str(self._muted).lower(),
        }

    def on_enable(self, enabled: bool) -> None:
        """Say at once that text is off or on: words may not come for long.

        Words that wait are not scored any more.
        """
        if not enabled:
            self._worker.clear()
        self._publish_status(self._status(), '' if enabled else 'disabled')

    def on_second(self) -> None:
        """Repeat that text is off, or failing."""
        if self._status() is not SourceStatus.OK:
            self._publish_status(
                self._status(), self.health.reason if self.enabled else 'disabled'
            )

    def _status(self) -> SourceStatus:
        if not self.enabled:
            return SourceStatus.DISABLED
        return SourceStatus.ERROR if self.health.error else SourceStatus.OK

    def _on_mute(self, msg: Bool) -> None:
        self._muted = bool(msg.data)

    def _on_speech(self, msg: Any) -> None:
        self.health.count('received')
        if not self.enabled:
            return
        if self._muted:
            self.health.reject('muted')
            return
        try:
            stamped = self._convert(msg, self.now_s())
        except InvalidInput as error:
            self._reject(error)
            return
        if self._worker.submit(stamped):
            self.health.count('dropped')

    def _process(self, stamped: StampedUtterance) -> None:
        try:
            report = self._pipeline.process(stamped.utterance, stamped.stamp_s)
        except InvalidInput as error:
            self._reject(error)
            return
        self._publish(report, stamped)
        self.health.processed(self.now_s() - stamped.stamp_s, report.inference_time_s)

    def _publish(self, report: TextReport, stamped: StampedUtterance) -> None:
        if self.enabled:
            message = report_to_msg(report, stamped.stamp_s, self.config.include_text)
            message.header, message.stamp_source = stamped.header, stamped.stamp_source
            self._publisher.publish(message)

    def _publish_status(self, status: SourceStatus, reason: str) -> None:
        self._publisher.publish(status_to_msg(status, reason, self.now_s()))

    def _reject(self, error: InvalidInput) -> None:
        """Count an utterance that cannot be used; a failing network is an error of the node."""
        self.health.reject(error.reason)
        if error.reason in MODEL_FAILURES:
            self._on_failure(error)

    def _on_failure(self, error: Exception) -> None:
        self.report_error(error)
        self._publish_status(SourceStatus.ERROR, self.health.reason)


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([SentimentNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
