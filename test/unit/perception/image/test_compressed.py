# SPDX-License-Identifier: MIT
"""JPEG and PNG: decoded when whole, refused by name when not, before memory is spent."""

import struct
import tracemalloc
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_images import picture
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.compressed import decode_compressed
from emotion_ros.perception.image.decode import REJECT_REASONS

BGR = picture(64, 48)


def pack(suffix: str, image: Any = BGR, *flags: int) -> bytes:
    return bytes(cv2.imencode(suffix, image, flags)[1])


JPEG, PNG = pack('.jpg'), pack('.png')


def chunk(name: bytes, content: bytes) -> bytes:
    body = name + content
    return struct.pack('>I', len(content)) + body + struct.pack('>I', zlib.crc32(body))


def png(width: int, height: int) -> bytes:
    header = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    chunks = (b'IHDR', header), (b'IDAT', zlib.compress(b'')), (b'IEND', b'')
    return b'\x89PNG\r\n\x1a\n' + b''.join(chunk(*c) for c in chunks)


def resized_jpeg(width: int, height: int) -> bytes:
    """A JPEG that lies about its size."""
    at = JPEG.index(b'\xff\xc0') + 5
    return JPEG[:at] + struct.pack('>HH', height, width) + JPEG[at + 4 :]


def rotated_jpeg() -> bytes:
    """A JPEG whose EXIF says that it lies on its side."""
    tiff = b'MM\0*\0\0\0\x08' + struct.pack('>HHHIHHI', 1, 0x0112, 3, 1, 6, 0, 0)
    body = b'Exif\0\0' + tiff
    return JPEG[:2] + b'\xff\xe1' + struct.pack('>H', len(body) + 2) + body + JPEG[2:]


WHOLE = [
    (PNG, BGR),
    (JPEG, BGR),
    (JPEG + bytes(100), BGR),
    (JPEG + bytes(100_000), BGR),
    (rotated_jpeg(), BGR),
    (pack('.jpg', BGR, cv2.IMWRITE_JPEG_PROGRESSIVE, 1), BGR),
    (pack('.jpg', BGR[:, :, 1]), BGR[:, :, [1, 1, 1]]),
    (pack('.png', BGR[:, :, 1]), BGR[:, :, [1, 1, 1]]),
    (pack('.png', np.dstack([BGR, BGR[:, :, 0]])), BGR),
    (pack('.png', BGR.astype(np.uint16) * 257), BGR),
]


@pytest.mark.parametrize(('data', 'expected'), WHOLE)
def test_whole_files_are_decoded(data: bytes, expected: Any) -> None:
    image = decode_compressed(data)
    assert (image.shape, image.dtype) == ((48, 64, 3), np.uint8)
    assert image.flags.c_contiguous
    assert np.abs(image.astype(int) - expected).mean() < 2.5


def test_a_camera_streams_images_as_stored_but_a_picture_may_be_turned() -> None:
    assert decode_compressed(rotated_jpeg()).shape == (48, 64, 3)
    turned = decode_compressed(rotated_jpeg(), upright=True)
    assert np.array_equal(turned, np.rot90(decode_compressed(JPEG), -1))
    assert np.array_equal(decode_compressed(JPEG, upright=True), decode_compressed(JPEG))


REFUSED = [
    (b'', 'short_data'),
    (b'\xff', 'unsupported_encoding'),
    (b'GIF89a' + bytes(100), 'unsupported_encoding'),
    (pack('.bmp'), 'unsupported_encoding'),
    (JPEG[:3], 'bad_compressed'),
    (JPEG[: len(JPEG) // 2], 'bad_compressed'),
    (JPEG[:-1], 'bad_compressed'),
    (JPEG[:20] + b'\xff\xd9', 'bad_compressed'),
    (b'\xff\xd8\xff\xe0' + bytes(50) + b'\xff\xd9', 'bad_compressed'),
    (b'\xff\xd8' + b'\xff\xe0\x00\x02' * 100_000 + b'\xff\xd9', 'bad_compressed'),
    (PNG[:8], 'bad_compressed'),
    (PNG[:30], 'bad_compressed'),
    (PNG[: len(PNG) // 2], 'bad_compressed'),
    (PNG[:-1], 'bad_compressed'),
    (PNG[:80] + bytes([PNG[80] ^ 1]) + PNG[81:], 'bad_compressed'),
    (PNG[:8] + chunk(b'IDAT', bytes(13)) + PNG[33:], 'bad_compressed'),
    (PNG[:33] + chunk(b'tEXt', b'') * 70_000, 'bad_compressed'),
    (png(64, 48), 'bad_compressed'),
    (png(0, 48), 'bad_size'),
    (resized_jpeg(64, 0), 'bad_size'),
    (pack('.png', BGR[:1, :1]), 'bad_size'),
    (pack('.jpg', BGR[:1, :1]), 'bad_size'),
    (png(20_000, 20_000), 'too_large'),
    (png(2**31, 2**31), 'too_large'),
    (resized_jpeg(20_000, 20_000), 'too_large'),
]


@pytest.mark.parametrize(('data', 'reason'), REFUSED)
def test_promise_12_bad_files_are_refused_by_name(data: bytes, reason: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput) as error:
            decode_compressed(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.value.reason == reason
    assert reason in REJECT_REASONS
    assert peak < 50e6


def test_a_tiff_directory_that_repeats_large_tags_costs_little() -> None:
    entries = [struct.pack('<HHII', 400 + n, 3, 200_000, 8) for n in range(40)]
    directory = struct.pack('<H', len(entries)) + b''.join(entries)
    data = (b'II*\0' + struct.pack('<I', 8) + directory).ljust(500_000, b'\0')
    test_promise_12_bad_files_are_refused_by_name(data, 'bad_compressed')


@pytest.mark.parametrize('cut', range(0, len(JPEG) - 1, 37))
def test_promise_12_a_jpeg_cut_anywhere_is_refused(cut: int) -> None:
    with pytest.raises(InvalidInput):
        decode_compressed(JPEG[:cut])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.sampled_from([JPEG, PNG, b'']),
    st.lists(st.tuples(st.integers(0, 2_000), st.binary(max_size=8)), max_size=4),
    st.binary(max_size=60),
)
def test_promise_17_an_image_or_a_named_refusal(
    start: bytes, edits: list[tuple[int, bytes]], end: bytes
) -> None:
    data = bytearray(start + end)
    for at, patch in edits:
        data[at : at + len(patch)] = patch
    try:
        image = decode_compressed(data)
    except InvalidInput as error:
        assert error.reason in REJECT_REASONS
    else:
        assert image.ndim == 3 and image.shape[2] == 3
