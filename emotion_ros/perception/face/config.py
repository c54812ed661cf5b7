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
        'raw: sensor_msgs/Image; compressed: sensor_msgs/CompressedImage (JPEG, PNG, TIFF or '
        'WebP); auto: what is published, raw when both are',
        choices=TRANSPORTS,
    )
    image_decoder: str = option(
        'numpy',
        'what turns raw images into pixels: the built-in decoder or the real cv_bridge',
        choices=('numpy', 'cv_bridge'),
    )
    rotate: int = option(
        0,
        'clockwise turn of every image, in degrees, for a rotated camera; 180: upside down',
        choices=(0, 90, 180, 270),
    )
    face_detector: str = option(
        'auto', 'auto takes the first that is installed of the others', choices=KINDS
    )
    detector_model: str = option(
        '', 'path of the yunet model; empty: $EMOTION_ROS_MODELS, then ~/.cache/emotion_ros'
    )
    detect_width: int = option(
        320,
        'images are scaled to this width before detection, in px; at 320, faces narrower than a '
        'tenth of the image are missed, at 640 a twentieth',
        low=64,
        high=1920,
    )
    detect_every: int = option(
        3,
        'search for faces in every n-th image; between, found faces are followed; lost ones are '
        'searched at once',
        low=1,
        high=30,
    )
    min_face_px: int = option(
        24,
        'faces smaller than this in the image, in px, are left out; below a tenth of the image '
        'width, detect_width (320) misses most in any case',
        low=8,
        high=1000,
    )
    face_model: str = option(PACKAGED, 'packaged, or the path of a model card (.json)')
    device: str = option('cpu', 'where the face classifier runs', choices=DEVICES)
    max_age: float = option(
        1.0, 'an image older than this at arrival, in s, is rejected as stale', low=0.05, high=60.0
    )
    max_future: float = option(
        0.5,
        'an image stamped further ahead than this, in s, is rejected; the fusion takes up to 0.5',
        low=0.0,
        high=60.0,
    )
