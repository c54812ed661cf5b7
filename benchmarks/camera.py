# SPDX-License-Identifier: MIT
"""A generated camera: frames of any size, raw or as JPEG, with any number of faces."""

from dataclasses import dataclass

import cv2
from sensor_msgs.msg import CompressedImage, Image

from benchmarks.synthetic_frames import paint_heads, with_noise
from emotion_ros.nodes.to_msg import bgr_to_msg, seconds_to_stamp
from emotion_ros.perception.image.decode import ImageArray

JPEG_QUALITY = 90
FRAME_ID = 'bench_camera'

Frame = Image | CompressedImage


@dataclass(frozen=True)
class Camera:
    """What is filmed, and how; sizes in px."""

    width: int = 640
    height: int = 480
    faces: int = 1
    fps: float = 30.0
    is_compressed: bool = False

    @property
    def transport(self) -> str:
        """The value of vision_node's ``image_transport``."""
        return 'compressed' if self.is_compressed else 'raw'

    def frames(self) -> list[Frame]:
        """Return some messages that differ by their noise."""
        scene = paint_heads(self.width, self.height, self.faces)
        return [self._to_msg(image) for image in with_noise(scene)]

    def _to_msg(self, image_bgr: ImageArray) -> Frame:
        msg = bgr_to_msg(image_bgr, seconds_to_stamp(0.0), FRAME_ID)
        if not self.is_compressed:
            return msg
        _, jpeg = cv2.imencode('.jpg', image_bgr, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
        return CompressedImage(
            header=msg.header, format='bgr8; jpeg compressed', data=jpeg.tobytes()
        )
