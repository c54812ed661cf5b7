# SPDX-License-Identifier: MIT
"""vision_node: from camera images to ``emotion/faces``."""

from collections.abc import Callable, Iterable
from typing import Any

import cv2
import numpy as np
from builtin_interfaces.msg import Time
from sensor_msgs.msg import Image

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.core.graph.checks import NOT_UPRIGHT
from emotion_ros.core.graph.input_checks import check_images
from emotion_ros.core.graph.snapshot import InputTopic
from emotion_ros.core.observations import SourceStatus
from emotion_ros.core.stamp_check import StampResolution, check_stamp
from emotion_ros.msg import FaceEmotionArray
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.graph.graph_info import with_image
from emotion_ros.nodes.inputs.input_subscription import camera_sources
from emotion_ros.nodes.messages.image_decoder import make_frame_opener, validate
from emotion_ros.nodes.messages.qos import LATEST_IMAGE, QUEUE_DEPTH
from emotion_ros.nodes.messages.to_msg import bgr_to_msg, faces_to_msg
from emotion_ros.nodes.people.privacy_follower import PrivacyFollower
from emotion_ros.nodes.worker_node import WorkerNode
from emotion_ros.perception.face.camera_turn import CameraTurn
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import FacePipeline, make_face_pipeline
from emotion_ros.perception.image.annotate import annotate_faces, blank_faces
from emotion_ros.perception.image.frame import Frame


class VisionNode(WorkerNode[VisionConfig, Any]):
    """Detects, tracks and classifies the faces of the latest image; older ones are dropped."""

    Config = VisionConfig

    def __init__(
        self,
        make_pipeline: Callable[[VisionConfig], FacePipeline] = make_face_pipeline,
        **node_options: Any,
    ) -> None:
        self._make_pipeline = make_pipeline
        super().__init__('vision_node', **node_options)

    def setup(self) -> None:
        """Load detector and classifier and open the publishers."""
        # OpenCV's threads need a fifth of the processor time, and save none of the wall's.
        cv2.setNumThreads(1)
        self._pipeline = self._make_pipeline(self.config)
        self._open_frame = make_frame_opener(self.config)
        self.privacy = PrivacyFollower(self)
        self._pipeline.select_paused = self.privacy.find_paused
        self.results = self.create_publisher(FaceEmotionArray, 'emotion/faces', QUEUE_DEPTH)
        self._debug_publisher = self.create_publisher(Image, 'emotion/debug_image', 1)

    def activate(self) -> None:
        """Subscribe to the camera."""
        self._next_s = 0.0
        self._turn = CameraTurn()
        self._resolution = StampResolution()
        self._without_face: Frame | None = None
        sources = camera_sources(self, self.config.image_transport)
        self.subscribe(sources, LATEST_IMAGE, check_images)

    def details(self) -> dict[str, str]:
        """Return model, detector and topic."""
        card = self._pipeline.classifier.card
        return {
            'model': card.name,
            'model_sha256': card.sha256,
            'detector': self._pipeline.detector.name,
            'topic': self.input.topic_name,
        }

    def problems(self) -> Iterable[str]:
        """Return the problems of the input, and of a camera that is not upright."""
        yield from super().problems()
        if correction := self._turn.correction():
            rotate = (self.config.rotate + correction) % 360
            yield f'{NOT_UPRIGHT}{rotate}'

    def on_config(self, config: VisionConfig) -> None:
        """Take over changed options."""
        self._pipeline.configure(config)

    def is_wanted(self, msg: Any) -> bool:  # noqa: ARG002
        """Leave out images above ``max_fps``."""
        now_s = self.steady_s()
        if not self.config.max_fps or now_s >= self._next_s:
            period_s = 1.0 / self.config.max_fps if self.config.max_fps else 0.0
            # Half a period of credit evens out the jitter of a camera.
            self._next_s = max(self._next_s, now_s - period_s / 2) + period_s
            return True
        return False

    def accept(self, msg: Any) -> Any:
        """Return an image of a legal format and age.

        A stamp of 0, or one that has whole seconds only, becomes the time of receipt.
        """
        stamp, was_coarse = msg.header.stamp, self._resolution.is_coarse
        is_coarse = self._resolution.add(stamp.sec, stamp.nanosec, self.now_s())
        if is_coarse and not was_coarse:
            self.get_logger().warning(
                f'{self.input.topic_name}: the stamps have whole seconds only, so the time of '
                'receipt counts. Let the driver fill in nanosec'
            )
        if stamp == Time() or is_coarse:
            msg.header.stamp = self.get_clock().now().to_msg()
        self._check_stamp(msg)
        validate(msg)
        return msg

    def process(self, msg: Any) -> None:
        """Publish the faces of one image."""
        started_s = self.steady_s()
        stamp_s = self._check_stamp(msg)
        frame = self._open_frame(msg)
        report = self._pipeline.process(frame, stamp_s)
        # Only the surest face: in a turned image a detector finds other things besides.
        surest = sorted(report.faces, key=lambda face: -face.detection_score)[:1]
        self._turn.add(face.roll for face in surest)
        self._without_face = None if report.faces else frame
        self._check_stamp(msg)  # a frozen process or a hung network took its time
        if self.may_publish():
            self.results.publish(faces_to_msg(report, msg.header, self.steady_s() - started_s))
            if self._debug_publisher.get_subscription_count():
                shown = blank_faces(frame.pixels(), report.faces)
                if not self.privacy.may_show_image:
                    shown = np.zeros_like(shown)
                annotated = annotate_faces(shown, report.faces)
                self._debug_publisher.publish(
                    bgr_to_msg(annotated, msg.header.stamp, msg.header.frame_id)
                )
        self.statistics.processed(self.now_s() - stamp_s, self.steady_s() - started_s)

    def after_result(self) -> None:
        """Search the image for further faces, once those already known are published."""
        self._pipeline.run_deferred()
        frame, self._without_face = self._without_face, None
        if frame and self._turn.is_search_due(self.steady_s()) and self.privacy.may_show_image:
            pixels = frame.pixels(self.config.detect_width)
            self._turn.search(pixels, self._pipeline.detector, self.steady_s())

    def describe_refused(self, topic: InputTopic) -> tuple[InputTopic, str]:
        """Return the input with the last refused image, and what was wrong with it."""
        if self.refused is None:
            return topic, ''
        error, msg, refused_s = self.refused
        topic = with_image(topic, msg, refused_s)
        came = [str(error).partition(': ')[2], topic.encoding, topic.size]
        return topic, ', '.join(word for word in came if word)

    def status_to_msg(self, status: SourceStatus, reason: str) -> FaceEmotionArray:
        """Return an array without faces, stamped now."""
        message = FaceEmotionArray(status=int(status), reason=reason)
        message.header.stamp = self.get_clock().now().to_msg()
        return message

    def _check_stamp(self, msg: Any) -> float:
        """Return the stamp (s); InvalidInput when the image is too old or ahead by now."""
        stamp_s = stamp_to_seconds(msg.header.stamp)
        return check_stamp(stamp_s, self.now_s(), self.config.max_age, self.config.max_future)


def main(args: list[str] | None = None) -> int:
    """Run the node until it is asked to stop."""
    return run([VisionNode], args)


if __name__ == '__main__':
    raise SystemExit(main())
