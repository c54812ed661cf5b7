# SPDX-License-Identifier: MIT
"""Any bytes, taken for a camera's message or file, become an image or a named error.

The first byte says what the rest is. Raw: the fields of an Image, then its pixels. Otherwise a
compressed image; in every second case the checksums of a PNG are made right, or nothing but
rejections would be tried.
"""

import struct
import zlib
from collections.abc import Iterator

import cv2
import numpy as np

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.compressed import decode_compressed
from emotion_ros.perception.image.decode import (
    REJECT_REASONS,
    SUPPORTED_ENCODINGS,
    RawImage,
    decode_image,
    validate_image,
)

RAW, FILE, SEALED_FILE = range(3)
FIELDS = struct.Struct('<IIIBB')  # width, height, step, is_bigendian, encoding
PNG_MAGIC = b'\x89PNG\r\n\x1a\n'


def check(data: bytes) -> None:
    """Fail unless the decoder that is meant gives an image of the right shape or refuses."""
    kind, rest = data[:1], data[1:]
    try:
        if kind and kind[0] % 3 != RAW:
            image = decode_compressed(seal(rest) if kind[0] % 3 == SEALED_FILE else rest)
            shape = image.shape
        else:
            raw = to_raw(rest)
            image, layout = decode_image(raw), validate_image(raw)
            shape = (layout.height, layout.width, 3)
    except InvalidInput as error:
        assert error.reason in REJECT_REASONS, error
        assert len(str(error)) < 200, error
    else:
        assert image.dtype == np.uint8 and image.shape == shape and image.shape[2] == 3
        assert image.flags.c_contiguous and min(image.shape[:2]) >= 4


def to_raw(data: bytes) -> RawImage:
    """Return the message that these bytes stand for; missing fields are zero."""
    width, height, step, big, which = FIELDS.unpack(data[: FIELDS.size].ljust(FIELDS.size, b'\0'))
    encodings = (*SUPPORTED_ENCODINGS, '', '32FC1', data[-9:].decode('latin-1'))
    encoding = encodings[which % len(encodings)]
    return RawImage(width, height, encoding, step, bool(big % 2), data[FIELDS.size :])


def seal(png: bytes) -> bytes:
    """Return a PNG whose lengths and checksums are right as far as there are chunks."""
    if not png.startswith(PNG_MAGIC):
        return png
    sealed, at = bytearray(PNG_MAGIC), len(PNG_MAGIC)
    while len(png) - at >= 12:
        length = min(int.from_bytes(png[at : at + 4], 'big'), len(png) - at - 12)
        body = png[at + 4 : at + 8 + length]
        sealed += struct.pack('>I', length) + body + struct.pack('>I', zlib.crc32(body))
        at += 12 + length
    return bytes(sealed)


def seeds() -> Iterator[bytes]:
    """Yield a message of every encoding, and files of each kind."""
    for which in range(len(SUPPORTED_ENCODINGS)):
        yield bytes([RAW]) + FIELDS.pack(8, 6, 32, 0, which) + bytes(range(224)) + bytes(64)
    y, x = np.mgrid[0:12, 0:16]
    picture = np.stack([16 * x, 20 * y, 8 * (x + y)], axis=2).astype(np.uint8)
    for image in (picture, picture[:, :, 0]):
        for kind, suffix, flags in (
            (FILE, '.jpg', ()),
            (FILE, '.jpg', (cv2.IMWRITE_JPEG_PROGRESSIVE, 1)),
            (FILE, '.jpg', (cv2.IMWRITE_JPEG_RST_INTERVAL, 1)),
            (FILE, '.png', ()),
            (FILE, '.webp', ()),
            (FILE, '.webp', (cv2.IMWRITE_WEBP_QUALITY, 101)),
            (FILE, '.tiff', ()),
            (FILE, '.tiff', (cv2.IMWRITE_TIFF_COMPRESSION, 1)),
            (SEALED_FILE, '.png', (cv2.IMWRITE_PNG_COMPRESSION, 0)),
        ):
            yield bytes([kind]) + cv2.imencode(suffix, image, flags)[1].tobytes()
    deep = np.dstack([picture, picture[:, :, 0]]).astype(np.uint16)
    yield bytes([SEALED_FILE]) + cv2.imencode('.png', deep)[1].tobytes()
