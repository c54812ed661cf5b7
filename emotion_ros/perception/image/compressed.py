# SPDX-License-Identifier: MIT
"""Compressed images to BGR arrays, checked before decoding; and BGR arrays to small JPEGs.

The format is read from the first bytes, never from a message's ``format`` text.
"""

import struct
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.bit_depth import BitDepth
from emotion_ros.perception.image.decode import ImageArray, validate_size
from emotion_ros.perception.image.file_headers import CAMERA_FORMATS, Formats
from emotion_ros.perception.image.frame import ArrayFrame, Frame, ScaledFrame

if TYPE_CHECKING:
    from typing_extensions import Buffer

_UPRIGHT = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH
_AS_STORED = _UPRIGHT | cv2.IMREAD_IGNORE_ORIENTATION
_JPEG_START = b'\xff\xd8'
_REDUCED = {
    1: (cv2.IMREAD_COLOR, cv2.IMREAD_GRAYSCALE),
    2: (cv2.IMREAD_REDUCED_COLOR_2, cv2.IMREAD_REDUCED_GRAYSCALE_2),
    4: (cv2.IMREAD_REDUCED_COLOR_4, cv2.IMREAD_REDUCED_GRAYSCALE_4),
    8: (cv2.IMREAD_REDUCED_COLOR_8, cv2.IMREAD_REDUCED_GRAYSCALE_8),
}
_JPEG_QUALITY = 75


def decode_compressed(
    data: 'Buffer',
    *,
    upright: bool = False,
    formats: Formats = CAMERA_FORMATS,
    depth: BitDepth | None = None,
) -> ImageArray:
    """Return an image of one of these formats as BGR uint8 [height, width, 3], contiguous.

    ``upright`` applies the EXIF orientation, which camera streams leave alone (OpenCV always
    applies that of a TIFF file). Alpha is dropped; 16 bits become 8 by the range in use: of the
    stream that ``depth`` belongs to, else of this image. Raises InvalidInput with one of
    REJECT_REASONS; wrong bits inside a JPEG's pixel data cannot be detected.
    """
    width, height = validate_compressed(data, formats)
    try:
        buffer = np.frombuffer(memoryview(data), np.uint8)
        image = cv2.imdecode(buffer, _UPRIGHT if upright else _AS_STORED)
    except cv2.error:
        image = None
    if image is None or image.shape not in ((height, width, 3), (width, height, 3)):
        raise InvalidInput('bad_compressed', 'OpenCV cannot decode it')
    if image.dtype == np.uint16:
        samples = np.asarray(image, np.uint16).reshape(len(image), -1)
        return (depth or BitDepth()).to_8_bit(samples).reshape(image.shape)
    return np.asarray(image, np.uint8)


def open_compressed(data: 'Buffer', depth: BitDepth | None = None, rotate: int = 0) -> Frame:
    """Return an image of a camera that is decoded as far as it is needed; only a JPEG can be.

    InvalidInput as by ``decode_compressed``, of a JPEG's pixels when they are asked for.
    """
    width, height = validate_compressed(data)
    buffer = np.frombuffer(memoryview(data), np.uint8)
    if bytes(buffer[:2]) != _JPEG_START:
        return ArrayFrame(decode_compressed(data, depth=depth), rotate)

    def decode(denominator: int, grey: bool) -> ImageArray:
        colour_flag, grey_flag = _REDUCED[denominator]
        flags = (grey_flag if grey else colour_flag) | cv2.IMREAD_IGNORE_ORIENTATION
        try:
            image = cv2.imdecode(buffer, flags)
        except cv2.error:
            image = None
        if image is None or image.shape[:2] != (
            -(-height // denominator),
            -(-width // denominator),
        ):
            raise InvalidInput('bad_compressed', 'OpenCV cannot decode it')
        return np.asarray(image, np.uint8)

    return ScaledFrame(width, height, decode, rotate)


def validate_compressed(data: 'Buffer', formats: Formats = CAMERA_FORMATS) -> tuple[int, int]:
    """Return width and height of a complete image of one of these formats, or InvalidInput."""
    view = memoryview(data).cast('B')
    if not view.nbytes:
        raise InvalidInput('short_data', 'no bytes')
    for begins, read_size in formats.values():
        if begins.match(view):
            try:
                width, height = read_size(view)
            except struct.error:
                raise InvalidInput('bad_compressed', 'the data ends too early') from None
            validate_size(width, height)
            return width, height
    names = ', '.join(formats)
    raise InvalidInput('unsupported_encoding', f'none of {names}: {bytes(view[:8])!r}')


def encode_jpeg(image_bgr: ImageArray, max_width_px: int) -> bytes:
    """Return a BGR image as JPEG, scaled down to this width if it is wider."""
    height, width = image_bgr.shape[:2]
    if width > max_width_px:
        size = (max_width_px, max(1, round(height * max_width_px / width)))
        image_bgr = np.asarray(cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode('.jpg', image_bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return data.tobytes()
