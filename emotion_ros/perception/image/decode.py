# SPDX-License-Identifier: MIT
"""Decoding raw camera images of every usual encoding to BGR, uint8, contiguous arrays.

Every message is validated before a pixel is touched (encoding, size, step, length, in this
order), so that a malformed one costs microseconds and is counted under its reason.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.image.bit_depth import BitDepth

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

    A row holds ``width * channels`` samples. ``chroma`` is 0 unless U and V follow the luma in
    separate rows, ``chroma`` times as long and ``chroma * height / 2`` in number: 1 is
    4:2:0, 2 is 4:4:4. ``even`` names the sides that must be even.
    """

    channels: int
    to_bgr: int | None
    even: tuple[str, ...] = ()
    chroma: int = 0
    sample_bytes: int = 1


@dataclass(frozen=True)
class ImageLayout:
    """How an image lies in its message; ``height`` and ``step`` are those of the pixels."""

    encoding: _Encoding
    width: int
    height: int
    step: int

    @property
    def row_bytes(self) -> int:
        """Bytes of a row without padding."""
        return self.width * self.encoding.channels * self.encoding.sample_bytes

    @property
    def needed_bytes(self) -> int:
        """Bytes from the first to the last one that is used."""
        chroma = self.encoding.chroma
        if not chroma:
            return self.step * (self.height - 1) + self.row_bytes
        chroma_rows = chroma * self.height // 2
        return self.step * (self.height + chroma * (chroma_rows - 1)) + chroma * self.width


_BGR = _Encoding(3, None)
_GRAY = _Encoding(1, cv2.COLOR_GRAY2BGR)
_UYVY = _Encoding(2, cv2.COLOR_YUV2BGR_UYVY, even=('width',))
_YUYV = _Encoding(2, cv2.COLOR_YUV2BGR_YUY2, even=('width',))

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
    'yuv422': _UYVY,
    'uyvy': _UYVY,
    'yuv422_yuy2': _YUYV,
    'yuyv': _YUYV,
    'nv12': _Encoding(1, cv2.COLOR_YUV2BGR_NV12, even=('width', 'height'), chroma=1),
    'nv21': _Encoding(1, cv2.COLOR_YUV2BGR_NV21, even=('width', 'height'), chroma=1),
    'nv24': _Encoding(1, cv2.COLOR_YUV2BGR_NV12, even=('width', 'height'), chroma=2),
    'bayer_rggb8': _Encoding(1, cv2.COLOR_BayerBG2BGR),
    'bayer_bggr8': _Encoding(1, cv2.COLOR_BayerRG2BGR),
    'bayer_gbrg8': _Encoding(1, cv2.COLOR_BayerGR2BGR),
    'bayer_grbg8': _Encoding(1, cv2.COLOR_BayerGB2BGR),
}
_ENCODINGS |= {
    name.replace('8', '16'): replace(encoding, sample_bytes=2)
    for name, encoding in _ENCODINGS.items()
    if '8' in name
}
SUPPORTED_ENCODINGS = tuple(_ENCODINGS)

_ROTATIONS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def decode_image(raw: RawImage, depth: BitDepth | None = None) -> ImageArray:
    """Return the image as BGR uint8 [height, width, 3], contiguous, owning its memory.

    Rows may be padded by any number of bytes; the last row need not be. 16-bit samples become 8
    by the range in use: of the stream that ``depth`` belongs to, else of this image. 8UC1 and
    16UC1 are grey, 8UC3 and 8UC4 are BGR(A). Raises InvalidInput with one of REJECT_REASONS.
    """
    layout = validate_image(raw)
    encoding, data = layout.encoding, memoryview(raw.data)
    if encoding.chroma == 2:
        return _convert(_halved_chroma(layout, data), cv2.COLOR_YUV2BGR_NV12)
    rows = layout.height * 3 // 2 if encoding.chroma else layout.height
    shape, step = (rows, layout.width * encoding.channels), layout.step
    plane: NDArray[Any]
    if encoding.sample_bytes == 2:
        plane = np.ndarray(shape, '>u2' if raw.is_bigendian else '<u2', data, 0, (step, 2))
        plane = (depth or BitDepth()).to_8_bit(np.ascontiguousarray(plane, np.uint16))
    else:
        plane = np.ndarray(shape, np.uint8, data, 0, (step, 1))
    if encoding.to_bgr is None and encoding.sample_bytes == 1:
        plane = plane.copy()
    pixels = np.ascontiguousarray(plane).reshape(rows, layout.width, encoding.channels)
    return pixels if encoding.to_bgr is None else _convert(pixels, encoding.to_bgr)


def _convert(pixels: ImageArray, code: int) -> ImageArray:
    return np.asarray(cv2.cvtColor(pixels, code), np.uint8)


def _halved_chroma(layout: ImageLayout, data: memoryview) -> ImageArray:
    """Return the planes of a 4:4:4 image as those of a 4:2:0 one."""
    height, width, step = layout.height, layout.width, layout.step
    luma: ImageArray = np.ndarray((height, width), np.uint8, data, 0, (step, 1))
    chroma: ImageArray = np.ndarray(
        (height, width, 2), np.uint8, data, step * height, (2 * step, 2, 1)
    )
    half = cv2.resize(chroma, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.concatenate([luma, np.asarray(half, np.uint8).reshape(height // 2, width)])


def validate_image(raw: RawImage) -> ImageLayout:
    """Return the layout of a message whose fields and length agree, else raise InvalidInput."""
    encoding = _ENCODINGS.get(raw.encoding)
    if encoding is None:
        raise InvalidInput('unsupported_encoding', f'{raw.encoding[:40]!r}')
    got = memoryview(raw.data).nbytes
    layout = ImageLayout(encoding, raw.width, raw.height, raw.step)
    if encoding.chroma and (raw.step < raw.width or got < layout.needed_bytes):
        layout = _layout_by_length(layout, got)
    validate_size(layout.width, layout.height)
    for side in encoding.even:
        if getattr(layout, side) % 2:
            raise InvalidInput('bad_size', f'{raw.encoding} needs an even {side}')
    if layout.step < layout.row_bytes:
        wanted = f'the {layout.row_bytes} bytes of a row'
        raise InvalidInput('bad_step', f'step {raw.step} is below {wanted}')
    if got < layout.needed_bytes:
        raise InvalidInput('short_data', f'{got} bytes where {layout.needed_bytes} are needed')
    return layout


def _layout_by_length(declared: ImageLayout, got: int) -> ImageLayout:
    """Return the layout that the length shows where ``step`` or ``height`` count the chroma too.

    sensor_msgs does not define them for several planes. Drivers also send as ``step`` the length
    divided by the height (OAK), or the width times the channels that image_encodings names, 2
    (Isaac Sim); and as ``height`` the rows of luma and chroma. Returned as declared if none fits.
    """
    width, height, step = declared.width, declared.height, declared.step
    tight = replace(declared, step=width)
    thirds = 3 if declared.encoding.chroma == 1 else 6  # of half the luma: all planes
    if got == tight.needed_bytes:
        return tight
    if 2 * step in (3 * width, 4 * width, 6 * width) and got > tight.needed_bytes:
        return tight
    is_all = 0 <= got - step * height <= got // 100  # buffers may be rounded up to pages
    if is_all and 2 * step >= thirds * width and 2 * step % thirds == 0:
        return replace(declared, step=2 * step // thirds)
    if is_all and 2 * height % thirds == 0:
        return replace(declared, height=2 * height // thirds)
    return declared


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
