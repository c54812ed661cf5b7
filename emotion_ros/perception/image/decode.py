# SPDX-License-Identifier: MIT
"""Decoding raw camera images of every usual encoding to BGR, uint8, contiguous arrays.

Every message is validated before a pixel is touched (encoding, size, step, length, in this
order), so that a malformed one costs microseconds and is counted under its reason.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError, InvalidInput

if TYPE_CHECKING:
    from typing_extensions import Buffer

ImageArray: TypeAlias = NDArray[np.uint8]

REJECT_REASONS = (
    'unsupported_encoding',
    'bad_size',
    'too_large',
    'bad_step',
    'short_data',
    'bad_compressed',
)
"""Every reason with which an image, raw or compressed, can be rejected."""

MIN_SIDE = 4  # px; OpenCV's demosaicing returns black below 3, and no camera is that small
MAX_SIDE = 8192  # px
MAX_PIXELS = 2**25  # 8K UHD fits; the decoded image stays under 101 MB


@dataclass(frozen=True, eq=False)
class RawImage:
    """The fields of sensor_msgs/Image that decoding needs; ``data`` is any buffer of bytes."""

    width: int
    height: int
    encoding: str
    step: int
    is_bigendian: bool
    data: 'Buffer'


@dataclass(frozen=True)
class _Encoding:
    """Memory layout of one encoding and the OpenCV conversion that makes BGR of it.

    A row holds ``width * channels`` bytes; ``planar`` 4:2:0 images have half as many rows
    again, below the luma, for the chroma. ``even`` names the sides that must be even.
    """

    channels: int
    to_bgr: int | None
    even: str = ''
    planar: bool = False

    def rows(self, height: int) -> int:
        return height * 3 // 2 if self.planar else height


_BGR = _Encoding(3, None)
_GRAY = _Encoding(1, cv2.COLOR_GRAY2BGR)
_UYVY = _Encoding(2, cv2.COLOR_YUV2BGR_UYVY, even='width')
_YUYV = _Encoding(2, cv2.COLOR_YUV2BGR_YUY2, even='width')
_MONO16 = _Encoding(2, None)

# OpenCV names a Bayer pattern by its second row, second and third pixel; ROS by its first two
# rows, first two pixels: its BayerBG is bayer_rggb (cv_bridge.cpp has the same table).
_ENCODINGS = {
    'bgr8': _BGR,
    '8UC3': _BGR,
    'rgb8': _Encoding(3, cv2.COLOR_RGB2BGR),
    'mono8': _GRAY,
    '8UC1': _GRAY,
    'bgra8': _Encoding(4, cv2.COLOR_BGRA2BGR),
    '8UC4': _Encoding(4, cv2.COLOR_BGRA2BGR),
    'rgba8': _Encoding(4, cv2.COLOR_RGBA2BGR),
    'mono16': _MONO16,
    'yuv422': _UYVY,
    'uyvy': _UYVY,
    'yuv422_yuy2': _YUYV,
    'yuyv': _YUYV,
    'nv12': _Encoding(1, cv2.COLOR_YUV2BGR_NV12, even='width height', planar=True),
    'nv21': _Encoding(1, cv2.COLOR_YUV2BGR_NV21, even='width height', planar=True),
    'bayer_rggb8': _Encoding(1, cv2.COLOR_BayerBG2BGR),
    'bayer_bggr8': _Encoding(1, cv2.COLOR_BayerRG2BGR),
    'bayer_gbrg8': _Encoding(1, cv2.COLOR_BayerGR2BGR),
    'bayer_grbg8': _Encoding(1, cv2.COLOR_BayerGB2BGR),
}
SUPPORTED_ENCODINGS = tuple(_ENCODINGS)

_ROTATIONS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def decode_image(raw: RawImage) -> ImageArray:
    """Return the image as BGR uint8 [height, width, 3], contiguous, owning its memory.

    Rows may be padded by any number of bytes; the last row need not be. mono16 keeps its upper
    byte, 8UC1 is grey, 8UC3 and 8UC4 are BGR(A), 4:2:0 data holds height*3/2 rows. Raises
    InvalidInput with one of REJECT_REASONS.
    """
    encoding = validate_image(raw)
    rows, row_bytes = encoding.rows(raw.height), raw.width * encoding.channels
    plane: ImageArray = np.ndarray(
        (rows, row_bytes), np.uint8, buffer=memoryview(raw.data), strides=(raw.step, 1)
    )
    if encoding is _MONO16:
        plane = plane[:, 0::2] if raw.is_bigendian else plane[:, 1::2]
        return _convert(np.ascontiguousarray(plane), cv2.COLOR_GRAY2BGR)
    if encoding.to_bgr is None:
        return plane.copy().reshape(rows, raw.width, encoding.channels)
    pixels = np.ascontiguousarray(plane).reshape(rows, raw.width, encoding.channels)
    return _convert(pixels, encoding.to_bgr)


def _convert(pixels: ImageArray, code: int) -> ImageArray:
    return np.asarray(cv2.cvtColor(pixels, code), np.uint8)


def validate_image(raw: RawImage) -> _Encoding:
    """Return the layout of a message whose fields and length agree, else raise InvalidInput."""
    encoding = _ENCODINGS.get(raw.encoding)
    if encoding is None:
        raise InvalidInput('unsupported_encoding', f'{raw.encoding[:40]!r}')
    validate_size(raw.width, raw.height)
    for side in encoding.even.split():
        if getattr(raw, side) % 2:
            raise InvalidInput('bad_size', f'{raw.encoding} needs an even {side}')
    row_bytes = raw.width * encoding.channels
    if raw.step < row_bytes:
        raise InvalidInput('bad_step', f'step {raw.step} is below the {row_bytes} bytes of a row')
    needed = raw.step * (encoding.rows(raw.height) - 1) + row_bytes
    if memoryview(raw.data).nbytes < needed:
        got = memoryview(raw.data).nbytes
        raise InvalidInput('short_data', f'{got} bytes where {needed} are needed')
    return encoding


def validate_size(width: int, height: int) -> None:
    """Raise InvalidInput unless an image of this size, in pixels, may be decoded."""
    if min(width, height) < MIN_SIDE:
        raise InvalidInput('bad_size', f'{width}x{height}: each side needs {MIN_SIDE} px')
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        limit = f'{MAX_SIDE} px a side and {MAX_PIXELS} pixels'
        raise InvalidInput('too_large', f'{width}x{height} is over {limit}')


def rotate_image(image_bgr: ImageArray, degrees: int) -> ImageArray:
    """Turn an image clockwise by 0, 90, 180 or 270 degrees; other angles are a ConfigError."""
    if degrees == 0:
        return image_bgr
    if degrees not in _ROTATIONS:
        raise ConfigError(f'rotate: {degrees} is not one of 0, 90, 180, 270')
    return np.asarray(cv2.rotate(image_bgr, _ROTATIONS[degrees]), np.uint8)
