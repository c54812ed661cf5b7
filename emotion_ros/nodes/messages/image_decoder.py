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
from emotion_ros.perception.image.bit_depth import BitDepth
from emotion_ros.perception.image.compressed import (
    decode_compressed,
    open_compressed,
    validate_compressed,
)
from emotion_ros.perception.image.decode import ImageArray, decode_image, validate_image
from emotion_ros.perception.image.frame import ArrayFrame, Frame

AnyImage: TypeAlias = Image | CompressedImage
Decoder = Callable[[AnyImage], ImageArray]


def validate(msg: AnyImage) -> None:
    """Take a quick look at a message: InvalidInput unless it is worth decoding."""
    if isinstance(msg, CompressedImage):
        validate_compressed(np.frombuffer(msg.data, np.uint8))
    else:
        validate_image(msg_to_raw(msg))


def make_decoder(config: VisionConfig, *, copy: bool = True) -> Decoder:
    """Return the function that turns a raw or compressed message into BGR uint8 [H, W, 3].

    It raises InvalidInput with a named reason. Without ``copy``, an image that is BGR already may
    be a view of its message. MissingDependency when cv_bridge is chosen but
    not installed.
    """
    depth = BitDepth()
    is_bridged = config.image_decoder == 'cv_bridge'
    bridge = _cv_bridge_decoder(depth) if is_bridged else None

    def decode(msg: AnyImage) -> ImageArray:
        if isinstance(msg, CompressedImage):
            return decode_compressed(np.frombuffer(msg.data, np.uint8), depth=depth)
        return bridge(msg) if bridge else decode_image(msg_to_raw(msg), depth, copy=copy)

    return decode


def make_frame_opener(config: VisionConfig) -> Callable[[AnyImage], Frame]:
    """Return the function that turns a message into a frame, turned by ``rotate``.

    A JPEG is decoded later, as far as it is needed. Errors as by ``make_decoder``.
    """
    decode, depth = make_decoder(config, copy=False), BitDepth()

    def open_frame(msg: AnyImage) -> Frame:
        if isinstance(msg, CompressedImage):
            return open_compressed(np.frombuffer(msg.data, np.uint8), depth, config.rotate)
        return ArrayFrame(decode(msg), config.rotate)

    return open_frame


def _cv_bridge_decoder(depth: BitDepth) -> Decoder:
    try:
        from cv_bridge import CvBridge, CvBridgeError
    except ImportError as error:
        raise MissingDependency(
            'image_decoder: cv_bridge is not installed (apt: ros-$ROS_DISTRO-cv-bridge)'
        ) from error
    bridge = CvBridge()

    def decode(msg: Image) -> ImageArray:
        raw = msg_to_raw(msg)
        layout = validate_image(raw)
        is_renamed = layout.name != msg.encoding
        if layout.encoding.sample_bytes > 1 or layout.encoding.chroma or is_renamed:
            # cv_bridge assumes that all 16 bits are in use, and that one pixel follows the other
            return decode_image(raw, depth)
        try:
            plain = _without_padding(msg, layout.row_bytes)
            return np.ascontiguousarray(bridge.imgmsg_to_cv2(plain, 'bgr8'))
        except (CvBridgeError, AttributeError, KeyError, TypeError) as error:
            raise InvalidInput('unsupported_encoding', f'cv_bridge: {error}') from error

    return decode


def _without_padding(msg: Image, row_bytes: int) -> Image:
    """Return an 8-bit image in the form that cv_bridge's Python side takes.

    It shears padded rows, and fails to swap the bytes of arrays that have nothing to swap.
    """
    if msg.step == row_bytes and not msg.is_bigendian:
        return msg
    plain = Image(header=msg.header, height=msg.height, width=msg.width, encoding=msg.encoding)
    plain.step, plain.data = row_bytes, msg.data
    if msg.step != row_bytes:
        padded = np.frombuffer(msg.data, np.uint8)
        rows = [padded[i : i + row_bytes] for i in range(0, len(padded), msg.step)]
        plain.data = array('B', np.concatenate(rows).tobytes())
    return plain
