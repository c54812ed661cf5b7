# SPDX-License-Identifier: MIT
"""vision_node: from camera images to ``emotion/faces``."""

from collections.abc import Callable
from typing import Any

from builtin_interfaces.msg import Time
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.core.graph_checks import check_images
from emotion_ros.core.observations import SourceStatus
from emotion_ros.core.stamp_check import accepted_stamp
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import FaceEmotionArray
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.image_decoder import image_type, make_decoder, make_validator
from emotion_ros.nodes.to_msg import bgr_to_msg, face_to_msg
from emotion_ros.nodes.worker import Worker
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import FacePipeline, FaceReport, make_face_pipeline
from emotion_ros.perception.image.annotate import annotate_faces
from emotion_ros.perception.image.decode import ImageArray, rotate_image
from emotion_ros.perception.models.backend import MODEL_FAILURES

LATEST_IMAGE = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
QUEUE_DEPTH = 10


AnyImage = Image | CompressedImage


class VisionNode(EmotionNode[VisionConfig]):
    """Finds, follows and reads the faces of the latest image; older ones are dropped."""

    Config = VisionConfig
    # From Kilted on a node whose start failed is destroyed, too.
    _worker: Worker[Any] | None = None

    def __init__(
        self,
        make_pipeline: Callable[[VisionConfig], FacePipeline] = make_face_pipeline,
        **node_options: Any,
    ) -> None:
        super().__init__('vision_node', **node_options)
        self._pipeline = make_pipeline(self.config)
        self._validate = make_validator(self.config)
        self._decode = make_decoder(self.config)
        self._faces_publisher = self.create_publisher(
            FaceEmotionArray, 'emotion/faces', QUEUE_DEPTH
        )
        self._debug_publisher = self.create_publisher(Image, 'emotion/debug_image', 1)
        self._worker = Worker('vision', self._process, self._on_failure)
        topic = 'image/compressed' if self.config.image_transport == 'compressed' else 'image'
        self._images = self.create_subscription(
            image_type(self.config), topic, self._on_image, LATEST_IMAGE
        )
        kind = image_type(self.config).__name__
        self.monitor_input(self._images, f'sensor_msgs/msg/{kind}', check_images)
        self.start()

    def destroy_node(self) -> None:
        """Stop the worker first: it publishes."""
        if self._worker:
            self._worker.stop()
        super().destroy_node()

    def details(self) -> dict[str, str]:
        """Return model, detector and topic."""
        card = self._pipeline.classifier.card
        return {
            'model': card.file,
            'model_sha256': card.sha256,
            'detector': self._pipeline.detector.name,
            'topic': self._images.topic_name,
        }

    def on_enable(self, enabled: bool) -> None:
        """Say at once that vision is off; an image that waits is not looked at any more."""
        if not enabled:
            self._worker.clear()
            self._publish_status(SourceStatus.DISABLED, 'disabled')

    def on_second(self) -> None:
        """Repeat that vision is off, or failing."""
        if not self.enabled:
            self._publish_status(SourceStatus.DISABLED, 'disabled')
        elif self.health.error:
            self._publish_status(SourceStatus.ERROR, self.health.reason)

    def _on_image(self, msg: AnyImage) -> None:
        self.health.count('received')
        if not self.enabled:
            return
        if msg.header.stamp == Time():  # a camera without a clock: the time of receipt counts
            msg.header.stamp = self.get_clock().now().to_msg()
        try:
            self._accepted_stamp(msg)
            self._validate(msg)
        except InvalidInput as error:
            self._reject(error)  # here, so that it takes no good image's place in the mailbox
            return
        if self._worker.submit(msg):
            self.health.count('dropped')

    def _process(self, msg: AnyImage) -> None:
        started_s = self.steady_s()
        try:
            stamp_s = self._accepted_stamp(msg)
            image_bgr = self._decode(msg)
            report = self._pipeline.process(image_bgr, stamp_s)
            self._accepted_stamp(msg)  # a frozen process or a hung network took its time
        except InvalidInput as error:
            self._reject(error)
            return
        self._publish(msg.header, report, image_bgr, self.steady_s() - started_s)
        self.health.processed(self.now_s() - stamp_s, self.steady_s() - started_s)
        self._pipeline.run_deferred_detection()

    def _accepted_stamp(self, msg: AnyImage) -> float:
        """Return the stamp of an image whose turn has come; it may have waited for long."""
        config = self.config
        stamp_s = stamp_to_seconds(msg.header.stamp)
        return accepted_stamp(stamp_s, self.now_s(), config.max_age, config.max_future)

    def _publish(
        self, header: Header, report: FaceReport, image_bgr: ImageArray, inference_s: float
    ) -> None:
        if not self.enabled:
            return
        self._faces_publisher.publish(
            FaceEmotionArray(
                header=header,
                status=int(SourceStatus.OK),
                image_width=int(report.image_width),
                image_height=int(report.image_height),
                faces=[face_to_msg(face) for face in report.faces],
                inference_time=float(inference_s),
            )
        )
        if self._debug_publisher.get_subscription_count():
            upright = rotate_image(image_bgr, self.config.rotate)
            annotated = annotate_faces(upright, report.faces)
            self._debug_publisher.publish(bgr_to_msg(annotated, header.stamp, header.frame_id))

    def _publish_status(self, status: SourceStatus, reason: str) -> None:
        message = FaceEmotionArray(status=int(status), reason=reason)
        message.header.stamp = self.get_clock().now().to_msg()
        self._faces_publisher.publish(message)

    def _reject(self, error: InvalidInput) -> None:
        """Count an image that cannot be used; a failing network is an error of the node."""
        self.health.reject(error.reason)
        if error.reason in MODEL_FAILURES:
            self._on_failure(error)

    def _on_failure(self, error: Exception) -> None:
        first = not self.health.error
        self.report_error(error)
        if first:
            self._publish_status(SourceStatus.ERROR, self.health.reason)


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([VisionNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
