# SPDX-License-Identifier: MIT
"""Decoding raw camera images of every usual encoding to BGR, uint8, contiguous arrays.

Every message is validated before a pixel is touched (encoding, size, step, length, in this
order), so that a malformed one costs microseconds and is counted under its reason.
"""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.image.bit_depth import BitDepth, scale_to_8_bit

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
class _Chroma:
    """Rows of U and V that follow those of the luma: how many, and how long, in halves of it."""

    rows: int
    length: int


_HALF = _Chroma(1, 2)  # 4:2:0, U and V in turns
_TWO_PLANES = _Chroma(2, 1)  # 4:2:0, U before V or V before U
_FULL_HEIGHT = _Chroma(2, 2)  # 4:2:2, U and V in turns
_FULL = _Chroma(2, 4)  # 4:4:4, U and V in turns


@dataclass(frozen=True)
class _Encoding:
    """Memory layout of one encoding and the OpenCV conversion that makes BGR of it.

    A row holds ``width * channels`` samples of ``sample_bytes`` each, of which the lower ``bits``
    are used. ``even`` names the sides that must be even.
    """

    channels: int
    to_bgr: int | None
    even: tuple[str, ...] = ()
    chroma: _Chroma | None = None
    sample_bytes: int = 1
    bits: int = 8


@dataclass(frozen=True)
class ImageLayout:
    """How an image lies in its message; ``height`` and ``step`` are those of the pixels.

    ``name`` is the usual spelling of the encoding.
    """

    name: str
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
        if chroma is None:
            return self.step * (self.height - 1) + self.row_bytes
        rows, length = chroma.rows * self.height // 2, chroma.length * self.width // 2
        return self.step * self.height + self.chroma_step * (rows - 1) + length

    @property
    def chroma_step(self) -> int:
        """Bytes from one row of U and V to the next."""
        return self.encoding.chroma.length * self.step // 2 if self.encoding.chroma else 0


_BGR = _Encoding(3, None)
_GRAY = _Encoding(1, cv2.COLOR_GRAY2BGR)
_UYVY = _Encoding(2, cv2.COLOR_YUV2BGR_UYVY, even=('width',))
_BOTH = ('width', 'height')
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
    'nv12': _Encoding(1, cv2.COLOR_YUV2BGR_NV12, even=_BOTH, chroma=_HALF),
    'nv21': _Encoding(1, cv2.COLOR_YUV2BGR_NV21, even=_BOTH, chroma=_HALF),
    'i420': _Encoding(1, cv2.COLOR_YUV2BGR_I420, even=_BOTH, chroma=_TWO_PLANES),
    'yv12': _Encoding(1, cv2.COLOR_YUV2BGR_YV12, even=_BOTH, chroma=_TWO_PLANES),
    'nv16': _Encoding(1, cv2.COLOR_YUV2BGR_YUY2, even=('width',), chroma=_FULL_HEIGHT),
    'nv61': _Encoding(1, cv2.COLOR_YUV2BGR_YVYU, even=('width',), chroma=_FULL_HEIGHT),
    'nv24': _Encoding(1, cv2.COLOR_YUV2BGR_NV12, even=_BOTH, chroma=_FULL),
    'bayer_rggb8': _Encoding(1, cv2.COLOR_BayerBG2BGR),
    'bayer_bggr8': _Encoding(1, cv2.COLOR_BayerRG2BGR),
    'bayer_gbrg8': _Encoding(1, cv2.COLOR_BayerGR2BGR),
    'bayer_grbg8': _Encoding(1, cv2.COLOR_BayerGB2BGR),
}
_ENCODINGS |= {
    name.replace('8', '16'): replace(encoding, sample_bytes=2, bits=16)
    for name, encoding in _ENCODINGS.items()
    if '8' in name
}
_ENCODINGS |= {
    name.replace('16', str(bits)): replace(encoding, bits=bits)
    for name, encoding in _ENCODINGS.items()
    for bits in (10, 12, 14)
    if name.startswith(('mono16', 'bayer_')) and name.endswith('16')
}
SUPPORTED_ENCODINGS = tuple(_ENCODINGS)

# What drivers send for them, without separators: OpenCV, FFmpeg, V4L2, GStreamer, GenICam.
_OTHER_NAMES = {
    **{'bgr': 'bgr8', 'bgr24': 'bgr8', 'bgr888': 'bgr8', 'cv8uc3': 'bgr8'},
    **{'rgb': 'rgb8', 'rgb24': 'rgb8', 'rgb888': 'rgb8'},
    **{'bgr3': 'bgr8', 'b8g8r8': 'bgr8', 'bgr8packed': 'bgr8', 'type8uc3': '8UC3'},
    **{'rgb3': 'rgb8', 'r8g8b8': 'rgb8', 'rgb8packed': 'rgb8', 'rgbint8': 'rgb8'},
    **{'bgra': 'bgra8', 'bgra32': 'bgra8', 'rgba': 'rgba8', 'rgba32': 'rgba8'},
    **{'bgrx': 'bgra8', 'xrgb8888': 'bgra8', 'b8g8r8a8': 'bgra8', 'rgbx': 'rgba8'},
    **{'xbgr8888': 'rgba8', 'r8g8b8a8': 'rgba8', 'type8uc1': '8UC1'},
    **{'gray': 'mono8', 'grey': 'mono8', 'gray8': 'mono8', 'grey8': 'mono8', 'mono': 'mono8'},
    **{'lint8': 'mono8', 'y10': 'mono10', 'y12': 'mono12', 'y14': 'mono14'},
    **{'y8': 'mono8', 'y800': 'mono8', 'l8': 'mono8', 'cv8uc1': 'mono8'},
    **{'gray16': 'mono16', 'grey16': 'mono16', 'y16': 'mono16', 'l16': 'mono16'},
    **{'yuy2': 'yuyv', 'yuyv422': 'yuyv', 'yuv4228': 'yuyv', 'ycbcr4228': 'yuyv'},
    **{'uyvy422': 'uyvy', 'yuv422packed': 'uyvy', 'yuv4228uyvy': 'uyvy'},
    **{'yuv420': 'i420', 'yuv420p': 'i420', 'iyuv': 'i420', 'yu12': 'i420'},
    **{
        name: f'bayer_{ros}{bits}'
        for genicam, ros in (('rg', 'rggb'), ('bg', 'bggr'), ('gb', 'gbrg'), ('gr', 'grbg'))
        for bits in (8, 10, 12, 14, 16)
        for name in (f'bayer{genicam}{bits}', f's{ros}{bits}')
    },
}
_NAMES = {re.sub(r'\W|_', '', name.lower()): name for name in _ENCODINGS} | _OTHER_NAMES
_LONGEST_NAME = 40

_ROTATIONS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def decode_image(raw: RawImage, depth: BitDepth | None = None, *, copy: bool = True) -> ImageArray:
    """Return the image as BGR uint8 [height, width, 3], contiguous, owning its memory.

    Without ``copy``, an image that is BGR already may be a view of ``data``.
    Rows may be padded by any number of bytes; the last row need not be. 16-bit samples become 8
    by the bits that the encoding names, else by the range in use: of the stream that ``depth``
    belongs to, or of this image. 8UC1 and 16UC1 are grey, 8UC3 and 8UC4 are BGR(A). Raises
    InvalidInput with one of REJECT_REASONS.
    """
    layout, depth = validate_image(raw), depth or BitDepth()
    encoding, data = layout.encoding, memoryview(raw.data)
    chroma = encoding.chroma
    if chroma and chroma != _HALF and encoding.to_bgr is not None:
        return _convert(_interleave(layout, chroma, data), encoding.to_bgr)
    rows = layout.height * 3 // 2 if chroma else layout.height
    shape, step = (rows, layout.width * encoding.channels), layout.step
    plane: NDArray[Any]
    if encoding.sample_bytes == 2:
        plane = np.ndarray(shape, '>u2' if raw.is_bigendian else '<u2', data, 0, (step, 2))
        samples = np.ascontiguousarray(plane, np.uint16)
        is_known = encoding.bits < 16
        plane = scale_to_8_bit(samples, encoding.bits) if is_known else depth.to_8_bit(samples)
    else:
        plane = np.ndarray(shape, np.uint8, data, 0, (step, 1))
    if copy and encoding.to_bgr is None and encoding.sample_bytes == 1:
        plane = plane.copy()
    pixels = np.ascontiguousarray(plane).reshape(rows, layout.width, encoding.channels)
    return pixels if encoding.to_bgr is None else _convert(pixels, encoding.to_bgr)


def _convert(pixels: ImageArray, code: int) -> ImageArray:
    return np.asarray(cv2.cvtColor(pixels, code), np.uint8)


def _interleave(layout: ImageLayout, chroma: _Chroma, data: memoryview) -> ImageArray:
    """Return luma and chroma as OpenCV takes them: YUYV for 4:2:2, else 4:2:0 without padding."""
    height, width, step = layout.height, layout.width, layout.step
    luma: ImageArray = np.ndarray((height, width), np.uint8, data, 0, (step, 1))
    shape = (chroma.rows * height // 2, chroma.length * width // 2)
    strides = (layout.chroma_step, 1)
    colour: ImageArray = np.ndarray(shape, np.uint8, data, step * height, strides)
    if chroma == _FULL_HEIGHT:
        return np.dstack([luma, colour])
    if chroma == _FULL:
        pairs = np.ascontiguousarray(colour).reshape(height, width, 2)
        small = cv2.resize(pairs, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        colour = np.asarray(small, np.uint8)
    return np.concatenate([luma, np.ascontiguousarray(colour).reshape(height // 2, width)])


def validate_image(raw: RawImage) -> ImageLayout:
    """Return the layout of a message whose fields and length agree, else raise InvalidInput."""
    spelled = raw.encoding[:_LONGEST_NAME]
    name = spelled if spelled in _ENCODINGS else _NAMES.get(re.sub(r'\W|_', '', spelled.lower()))
    if name is None or len(raw.encoding) > _LONGEST_NAME:
        raise InvalidInput('unsupported_encoding', f'{spelled!r}')
    encoding, got = _ENCODINGS[name], memoryview(raw.data).nbytes
    layout = ImageLayout(name, encoding, raw.width, raw.height, raw.step)
    if encoding.chroma and (raw.step < raw.width or got < layout.needed_bytes):
        layout = _layout_by_length(layout, got)
    validate_size(layout.width, layout.height)
    for side in encoding.even:
        if getattr(layout, side) % 2:
            raise InvalidInput('bad_size', f'{raw.encoding} needs an even {side}')
    if layout.step < layout.row_bytes:
        if 8 < encoding.bits < 16 and layout.step >= layout.width * encoding.bits // 8:
            raise InvalidInput('unsupported_encoding', f'{spelled!r} packed, not in 16 bits each')
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
    chroma = declared.encoding.chroma or _HALF
    halves = 2 + chroma.rows * chroma.length // 2  # of the luma: all planes
    if got == tight.needed_bytes:
        return tight
    if 2 * step in (3 * width, 4 * width, 6 * width) and got > tight.needed_bytes:
        return tight
    is_all = 0 <= got - step * height <= got // 100  # buffers may be rounded up to pages
    if is_all and 2 * step >= halves * width and 2 * step % halves == 0:
        return replace(declared, step=2 * step // halves)
    if is_all and 2 * height % halves == 0:
        return replace(declared, height=2 * height // halves)
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
