# SPDX-License-Identifier: MIT
"""Image messages to pixels, by the decoder that the parameters name."""

from array import array
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from sensor_msgs.msg import CompressedImage, Image

from emotion_ros.conversions.from_msg import msg_to_raw
from emotion_ros.errors import InvalidInput, MissingDependency
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.image.compressed import decode_compressed, validate_compressed
from emotion_ros.perception.image.decode import ImageArray, decode_image, validate_image

AnyImage: TypeAlias = Image | CompressedImage
Decoder = Callable[[AnyImage], ImageArray]


def validate(msg: AnyImage) -> None:
    """Take a quick look at a message: InvalidInput unless it is worth decoding."""
    if isinstance(msg, CompressedImage):
        validate_compressed(np.frombuffer(msg.data, np.uint8))
    else:
        validate_image(msg_to_raw(msg))


def make_decoder(config: VisionConfig) -> Decoder:
    """Return the function that turns a raw or compressed message into BGR uint8 [H, W, 3].

    It raises InvalidInput with a named reason. MissingDependency when cv_bridge is chosen but
    not installed.
    """
    is_bridged = config.image_decoder == 'cv_bridge'
    decode_raw = _cv_bridge_decoder() if is_bridged else lambda msg: decode_image(msg_to_raw(msg))

    def decode(msg: AnyImage) -> ImageArray:
        if isinstance(msg, CompressedImage):
            return decode_compressed(np.frombuffer(msg.data, np.uint8))
        return decode_raw(msg)

    return decode


def _cv_bridge_decoder() -> Decoder:
    try:
        from cv_bridge import CvBridge, CvBridgeError
    except ImportError as error:
        raise MissingDependency(
            'image_decoder: cv_bridge is not installed (apt: ros-$ROS_DISTRO-cv-bridge)'
        ) from error
    bridge = CvBridge()

    def decode(msg: Image) -> ImageArray:
        row_bytes = msg.width * validate_image(msg_to_raw(msg)).channels
        try:
            return np.ascontiguousarray(
                bridge.imgmsg_to_cv2(_without_padding(msg, row_bytes), 'bgr8')
            )
        except (CvBridgeError, AttributeError, KeyError, TypeError) as error:
            raise InvalidInput('unsupported_encoding', f'cv_bridge: {error}') from error

    return decode


def _without_padding(msg: Image, row_bytes: int) -> Image:
    """Return an image whose rows are not padded: cv_bridge's Python side shears padded ones."""
    if msg.step == row_bytes:
        return msg
    padded = np.frombuffer(msg.data, np.uint8)
    rows = [padded[i : i + row_bytes] for i in range(0, len(padded), msg.step)]
    tight = Image(header=msg.header, height=msg.height, width=msg.width, encoding=msg.encoding)
    tight.is_bigendian, tight.step = msg.is_bigendian, row_bytes
    tight.data = array('B', np.concatenate(rows).tobytes())
    return tight
