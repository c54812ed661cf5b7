# SPDX-License-Identifier: MIT
"""The camera's latest image as a small JPEG, made only while somebody looks."""

from collections.abc import Callable
from time import monotonic

from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image

from emotion_ros.errors import InvalidInput
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.image_decoder import image_type, make_decoder
from emotion_ros.nodes.worker import Worker
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.image.decode import rotate_image
from emotion_ros.perception.image.jpeg import encode_jpeg
from emotion_ros.web.dashboard_config import DashboardConfig

LATEST_IMAGE = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
PERIOD_S = 0.2
WIDTH_PX = 640


class CameraPicture:
    """Listens to the camera as vision_node does; ``jpeg`` is None until an image was good.

    ``is_wanted`` is asked at every image, so that nothing is decoded for nobody.
    """

    def __init__(self, node: EmotionNode[DashboardConfig], is_wanted: Callable[[], bool]) -> None:
        self.jpeg: bytes | None = None
        self._is_wanted = is_wanted
        self._health = node.health
        self._rotate = node.config.rotate
        self._due_s = 0.0
        config = VisionConfig(image_transport=node.config.image_transport)
        self._decode = make_decoder(config)
        self._worker = Worker('picture', self._encode, node.report_error)
        topic = 'image/compressed' if config.image_transport == 'compressed' else 'image'
        node.create_subscription(image_type(config), topic, self._on_image, LATEST_IMAGE)

    def stop(self) -> None:
        """End the worker."""
        self._worker.stop()

    def clear(self) -> None:
        """Forget the image."""
        self.jpeg = None

    def _on_image(self, msg: Image | CompressedImage) -> None:
        now_s = monotonic()
        if now_s >= self._due_s and self._is_wanted():
            self._due_s = now_s + PERIOD_S
            self._worker.submit(msg)

    def _encode(self, msg: Image | CompressedImage) -> None:
        try:
            image_bgr = rotate_image(self._decode(msg), self._rotate)
        except InvalidInput as error:
            self._health.reject(error.reason)
            return
        self.jpeg = encode_jpeg(image_bgr, WIDTH_PX)
