# SPDX-License-Identifier: MIT
"""JPEG and PNG become BGR arrays; the header is read, and damage refused, before decoding.

The kind is told by the first bytes, never by a message's ``format`` text. OpenCV decodes a
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


def decode_compressed(data: 'Buffer', *, upright: bool = False) -> ImageArray:
    """Return a JPEG or PNG as BGR uint8 [height, width, 3], contiguous.

    ``upright`` turns it as its EXIF data say, which a camera's stream does not mean. Alpha is
    dropped, 16 bits become 8. Raises InvalidInput with one of REJECT_REASONS; wrong bits inside
    a JPEG's pixel data cannot be told and pass.
    """
    width, height = validate_compressed(data)
    image = _decode(memoryview(data), cv2.IMREAD_COLOR if upright else _AS_STORED)
    turned = (width, height, 3) if upright else ()
    if image is None or image.shape not in ((height, width, 3), turned):
        raise InvalidInput('bad_compressed', 'OpenCV cannot decode it')
    return image


def validate_compressed(data: 'Buffer') -> tuple[int, int]:
    """Return width and height of a complete JPEG or PNG, else raise InvalidInput."""
    view = memoryview(data).cast('B')
    if not view.nbytes:
        raise InvalidInput('short_data', 'no bytes')
    width, height = _read_size(view)
    validate_size(width, height)
    return width, height


def _decode(view: memoryview, flags: int) -> ImageArray | None:
    try:
        image = cv2.imdecode(np.frombuffer(view, np.uint8), flags)
    except cv2.error:
        return None
    return None if image is None else np.asarray(image, np.uint8)


def _read_size(view: memoryview) -> tuple[int, int]:
    """Return width and height of a complete file, from its header."""
    try:
        if view[:3] == _JPEG_MAGIC:
            return _read_jpeg_size(view)
        if view[:8] == _PNG_MAGIC:
            return _read_png_size(view)
    except struct.error:
        raise InvalidInput('bad_compressed', 'the data ends too early') from None
    raise InvalidInput('unsupported_encoding', f'no JPEG or PNG: {bytes(view[:8])!r}')


def _read_jpeg_size(view: memoryview) -> tuple[int, int]:
    """Walk the segments to the frame header (ITU T.81, B.1.1) of a JPEG that has its end."""
    if not bytes(view[-_JPEG_MAX_PADDING:]).rstrip(b'\0').endswith(_JPEG_END):
        raise InvalidInput('bad_compressed', 'a JPEG without its end: truncated')
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
    """Return the size in IHDR once every chunk up to IEND has proved intact (ISO 15948, 5.3)."""
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
