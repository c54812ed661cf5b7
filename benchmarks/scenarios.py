# SPDX-License-Identifier: MIT
"""The scenarios in which the nodes are measured: camera, faces, speech, processes."""

from dataclasses import dataclass

import cv2
from sensor_msgs.msg import CompressedImage, Image

from benchmarks.synthetic_frames import paint_heads, with_noise
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from emotion_ros.nodes.messages.to_msg import bgr_to_msg
from emotion_ros.perception.image.decode import ImageArray

JPEG_QUALITY = 90
FRAME_ID = 'bench_camera'


@dataclass(frozen=True)
class Scenario:
    """A camera (sizes in px), the faces in view, and how the nodes run.

    ``has_speech``: sentences arrive beside the images. ``has_voice``: sound does, and voice_node
    runs. ``is_separate``: three processes.
    """

    name: str
    width: int = 640
    height: int = 480
    faces: int = 1
    fps: float = 30.0
    is_compressed: bool = False
    has_speech: bool = False
    has_voice: bool = False
    is_separate: bool = False

    @property
    def transport(self) -> str:
        """The value of vision_node's ``image_transport``."""
        return 'compressed' if self.is_compressed else 'raw'

    def frames(self) -> list[Image | CompressedImage]:
        """Return a few messages that differ in their noise."""
        scene = paint_heads(self.width, self.height, self.faces)
        return [self._to_msg(image) for image in with_noise(scene)]

    def _to_msg(self, image_bgr: ImageArray) -> Image | CompressedImage:
        msg = bgr_to_msg(image_bgr, seconds_to_stamp(0.0), FRAME_ID)
        if not self.is_compressed:
            return msg
        _, jpeg = cv2.imencode('.jpg', image_bgr, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
        return CompressedImage(
            header=msg.header, format='bgr8; jpeg compressed', data=jpeg.tobytes()
        )


MAIN = Scenario('640x480')
SEPARATE = Scenario('640x480, three processes', is_separate=True)
FULL_HD = Scenario('1920x1080', 1920, 1080)
FULL_LOAD = Scenario('1920x1080, 5 faces, talk', 1920, 1080, faces=5, has_speech=True)
VOICE = Scenario('640x480, a voice', has_voice=True)
QUICK = (SEPARATE, FULL_HD, FULL_LOAD, VOICE)
FULL = (
    SEPARATE,
    Scenario('640x480, no face', faces=0),
    Scenario('640x480, 2 faces', faces=2),
    Scenario('640x480, 5 faces', faces=5),
    Scenario('640x480, 10 fps', fps=10.0),
    Scenario('640x480, 60 fps', fps=60.0),
    Scenario('1280x720', 1280, 720),
    FULL_HD,
    Scenario('640x480, compressed', is_compressed=True),
    Scenario('1280x720, compressed', 1280, 720, is_compressed=True),
    Scenario('1920x1080, compressed', 1920, 1080, is_compressed=True),
    FULL_LOAD,
    VOICE,
)
