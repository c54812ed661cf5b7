# SPDX-License-Identifier: MIT
"""Picture files of all kinds as one upright image."""

import struct
from contextlib import suppress
from pathlib import Path

from emotion_ros.errors import InvalidInput
from emotion_ros.files.content import HEAD_BYTES, HEIC, foreign_content
from emotion_ros.perception.image.compressed import decode_compressed
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.image.file_headers import FILE_FORMATS
from emotion_ros.perception.image.video_file import first_frame

_BY_FFMPEG = ('.gif', '.avif', '.jp2', '.ppm', '.pgm', '.pnm', '.tga')
"""Formats that not every OpenCV reads as a picture, but its FFmpeg does."""

PICTURE_SUFFIXES = (
    *('.jpg', '.jpeg', '.jpe', '.jfif', '.jfi', '.jif', '.mpo'),
    *('.png', '.apng', '.webp', '.bmp', '.dib', '.tif', '.tiff'),
    *_BY_FFMPEG,
    *('.heic', '.heif', '.hif'),
)
_MOTION_JPEG = ('.mjpg', '.mjpeg')  # a video that begins like a picture
_WEBP_ANIMATED = 2


def is_picture_name(path: Path) -> bool:
    """Return whether a file of this name is read as a picture."""
    return path.suffix.lower() in PICTURE_SUFFIXES


def is_picture(path: Path) -> bool:
    """Decide by the suffix, without a known one by the content."""
    if is_picture_name(path) or path.suffix.lower() in _MOTION_JPEG:
        return is_picture_name(path)
    try:
        with path.open('rb') as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return False
    return foreign_content(head) == HEIC or _begins_known(head)


def read_picture(path: Path) -> tuple[ImageArray, bool]:
    """Return an upright image, BGR uint8, and whether the file has more than this one.

    InvalidInput when it cannot be decoded, OSError when it cannot be read.
    """
    data = path.read_bytes()
    if problem := foreign_content(data[:HEAD_BYTES]):
        raise InvalidInput('unsupported_encoding', problem)
    if path.suffix.lower() in _BY_FFMPEG and data and not _begins_known(data[:HEAD_BYTES]):
        return first_frame(path), False
    image = decode_compressed(data, upright=True, formats=FILE_FORMATS)
    return image, _has_more(data)


def _begins_known(head: bytes) -> bool:
    return any(begins.match(head) for begins, _ in FILE_FORMATS.values())


def _has_more(data: bytes) -> bool:
    """Return whether a complete WebP, PNG or TIFF file has more images than the first."""
    if data.startswith(b'RIFF'):
        return data[12:16] == b'VP8X' and bool(data[20] & _WEBP_ANIMATED)
    if data.startswith(b'\x89PNG'):
        return b'acTL' in data[: data.find(b'IDAT')]
    order = {b'II*\0': '<', b'MM\0*': '>'}.get(data[:4])
    if not order:
        return False
    with suppress(struct.error):
        (at,) = struct.unpack_from(order + 'I', data, 4)
        (entries,) = struct.unpack_from(order + 'H', data, at)
        (following,) = struct.unpack_from(order + 'I', data, at + 2 + 12 * entries)
        return bool(following)
    return False
