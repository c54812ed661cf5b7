# SPDX-License-Identifier: MIT
"""JPEG and PNG to BGR arrays, checked before decoding; and BGR arrays to small JPEGs.

The format is read from the first bytes, never from a message's ``format`` text. OpenCV decodes a
truncated JPEG with a grey remainder and calls it success, so completeness is checked here: a
JPEG must end with its end marker, every chunk of a PNG must have the right checksum.
"""

import struct
import zlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.decode import ImageArray, validate_size

if TYPE_CHECKING:
    from typing_extensions import Buffer

_JPEG_MAGIC = b'\xff\xd8\xff'
_JPEG_END = b'\xff\xd9'
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0..15 without DHT, JPG, DAC
_JPEG_MAX_SEGMENTS = 1024
_JPEG_MAX_PADDING = 4096  # bytes; USB cameras fill the last packet with zeros
_PNG_MAX_CHUNKS = 65536
_PNG_MAGIC = b'\x89PNG\r\n\x1a\n'
_AS_STORED = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
_JPEG_QUALITY = 75


def decode_compressed(data: 'Buffer', *, upright: bool = False) -> ImageArray:
    """Return a JPEG or PNG as BGR uint8 [height, width, 3], contiguous.

    ``upright`` applies the EXIF orientation, which camera streams leave alone. Alpha is dropped,
    16 bits become 8. Raises InvalidInput with one of REJECT_REASONS; wrong bits inside a JPEG's
    pixel data cannot be detected.
    """
    width, height = validate_compressed(data)
    flags = cv2.IMREAD_COLOR if upright else _AS_STORED
    try:
        image = cv2.imdecode(np.frombuffer(memoryview(data), np.uint8), flags)
    except cv2.error:
        image = None
    turned = (width, height, 3) if upright else ()
    if image is None or image.shape not in ((height, width, 3), turned):
        raise InvalidInput('bad_compressed', 'OpenCV cannot decode it')
    return np.asarray(image, np.uint8)


def validate_compressed(data: 'Buffer') -> tuple[int, int]:
    """Return width and height of a complete JPEG or PNG, else raise InvalidInput."""
    view = memoryview(data).cast('B')
    if not view.nbytes:
        raise InvalidInput('short_data', 'no bytes')
    try:
        if view[:3] == _JPEG_MAGIC:
            width, height = _read_jpeg_size(view)
        elif view[:8] == _PNG_MAGIC:
            width, height = _read_png_size(view)
        else:
            raise InvalidInput('unsupported_encoding', f'no JPEG or PNG: {bytes(view[:8])!r}')
    except struct.error:
        raise InvalidInput('bad_compressed', 'the data ends too early') from None
    validate_size(width, height)
    return width, height


def encode_jpeg(image_bgr: ImageArray, max_width_px: int) -> bytes:
    """Return a BGR image as JPEG, scaled down to this width if it is wider."""
    height, width = image_bgr.shape[:2]
    if width > max_width_px:
        size = (max_width_px, max(1, round(height * max_width_px / width)))
        image_bgr = np.asarray(cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode('.jpg', image_bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return data.tobytes()


def _read_jpeg_size(view: memoryview) -> tuple[int, int]:
    """Return the size in the frame header (ITU T.81, B.1.1) of a JPEG that has its end marker."""
    if not bytes(view[-_JPEG_MAX_PADDING:]).rstrip(b'\0').endswith(_JPEG_END):
        raise InvalidInput('bad_compressed', 'a JPEG without its end marker: truncated')
    at = 2
    for _ in range(_JPEG_MAX_SEGMENTS):
        mark, code, length = struct.unpack_from('>BBH', view, at)
        if mark != 0xFF or length < 2:
            break
        if code in _JPEG_FRAMES:
            height, width = struct.unpack_from('>HH', view, at + 5)
            return width, height
        at += 2 + length
    raise InvalidInput('bad_compressed', 'a JPEG without a frame header')


def _read_png_size(view: memoryview) -> tuple[int, int]:
    """Return the size in IHDR if every chunk up to IEND has its checksum (ISO 15948, 5.3)."""
    name, width, height = struct.unpack_from('>4sII', view, 12)
    if name != b'IHDR':
        raise InvalidInput('bad_compressed', 'a PNG without IHDR')
    validate_size(width, height)
    at = 8
    for _ in range(_PNG_MAX_CHUNKS):
        length, name = struct.unpack_from('>I4s', view, at)
        (checksum,) = struct.unpack_from('>I', view, at + 8 + length)
        if zlib.crc32(view[at + 4 : at + 8 + length]) != checksum:
            raise InvalidInput('bad_compressed', f'a PNG with a wrong checksum in {name!r}')
        if name == b'IEND':
            return width, height
        at += 12 + length
    raise InvalidInput('bad_compressed', f'a PNG of more than {_PNG_MAX_CHUNKS} chunks')
