# SPDX-License-Identifier: MIT
"""Sizes of image files, read from their headers before anything is decoded.

Each reader also checks completeness as far as OpenCV does not: it decodes a truncated JPEG with
a grey remainder and calls it success. Data after the end of a file are legal in every format:
cameras, phones and fixed-size buffers leave some.
"""

import re
import struct
import zlib
from collections.abc import Callable, Mapping

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.decode import MAX_PIXELS, validate_size

SizeReader = Callable[[memoryview], tuple[int, int]]
Formats = Mapping[str, tuple['re.Pattern[bytes]', SizeReader]]

# A marker: 0xFF that is no stuffed byte (00), no fill byte (FF) and no restart (D0..D7).
_JPEG_MARKER = re.compile(rb'\xff[^\x00\xff\xd0-\xd7]')
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0..15 without DHT, JPG, DAC
_TEM, _SOI, _EOI, _SOS = 0x01, 0xD8, 0xD9, 0xDA
_PNG_MAX_CHUNKS = 65536
_WIDTH, _HEIGHT, _BITS, _CHANNELS, _SAMPLE_FORMAT = 256, 257, 258, 277, 339  # tags of TIFF 6.0
_STRIPS = (278, 273, 279)  # rows of each, offsets, byte counts
_TILE_WIDTH, _TILES = 322, (323, 324, 325)  # likewise
_TIFF_TAGS = {_WIDTH, _HEIGHT, _BITS, _CHANNELS, _SAMPLE_FORMAT, *_STRIPS, _TILE_WIDTH, *_TILES}
_TIFF_TYPES = {3: 'H', 4: 'I'}
_TIFF_MAX_CHANNELS = 4
_ONE_STRIP = 2**32 - 1


def read_jpeg_size(view: memoryview) -> tuple[int, int]:
    """Return the size in the frame header of a JPEG that has its end marker (ITU T.81, B.1.1).

    The first end marker outside a segment is the end: those of thumbnails lie inside segments,
    and entropy-coded data have none. A second image that begins before it means a cut one.
    """
    size, has_scan, at = None, False, 2
    while found := _JPEG_MARKER.search(view, at):
        at = found.end()
        code = view[at - 1]
        if code == _EOI and size is not None and has_scan:
            return size
        if code in (_SOI, _EOI):
            break
        if code != _TEM:
            (length,) = struct.unpack_from('>H', view, at)
            if code in _JPEG_FRAMES and size is None:
                height, width = struct.unpack_from('>HH', view, at + 3)
                size = (width, height)
            has_scan |= code == _SOS
            at += length
    lacks = 'its end marker: truncated' if size else 'a frame header'
    raise InvalidInput('bad_compressed', f'a JPEG without {lacks}')


def read_png_size(view: memoryview) -> tuple[int, int]:
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


def read_webp_size(view: memoryview) -> tuple[int, int]:
    """Return the size in the first chunk of a WebP file (RFC 9649) that is as long as it says."""
    length, name = struct.unpack_from('<I4x4s', view, 4)
    if view.nbytes < 8 + length:
        raise InvalidInput('bad_compressed', 'a WebP file that is truncated')
    if name == b'VP8X':
        width, height = view[24:27], view[27:30]
        return 1 + int.from_bytes(width, 'little'), 1 + int.from_bytes(height, 'little')
    if name == b'VP8L':
        (bits,) = struct.unpack_from('<I', view, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if name == b'VP8 ':
        width, height = struct.unpack_from('<HH', view, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise InvalidInput('bad_compressed', f'a WebP file that begins with {name!r}')


def read_tiff_size(view: memoryview) -> tuple[int, int]:
    """Return the size of the first image of a TIFF file whose strips or tiles are all there."""
    tags = _read_tiff_tags(view)
    if not {_WIDTH, _HEIGHT} <= tags.keys():
        raise InvalidInput('bad_compressed', 'a TIFF file without a size')
    (width, *_), (height, *_) = tags[_WIDTH], tags[_HEIGHT]
    validate_size(width, height)
    channels, bits = tags.get(_CHANNELS, (1,))[0], max(tags.get(_BITS, (1,)))
    if channels > _TIFF_MAX_CHANNELS or bits > 16 or set(tags.get(_SAMPLE_FORMAT, ())) - {1}:
        what = f'a TIFF file with {channels} channels of {bits} bits'
        raise InvalidInput('unsupported_encoding', f'{what}: 1 to 4 of up to 16 bits are read')
    columns = tags.get(_TILE_WIDTH, (width,))[0]
    row_tag, *part_tags = _TILES if _TILE_WIDTH in tags else _STRIPS
    rows = tags.get(row_tag, (_ONE_STRIP,))[0]
    if columns * (height if rows == _ONE_STRIP else rows) > MAX_PIXELS:
        raise InvalidInput('too_large', f'a TIFF file in parts of {columns}x{rows}')
    starts, lengths = (tags.get(tag, ()) for tag in part_tags)
    ends = [start + length for start, length in zip(starts, lengths, strict=False)]
    if not ends or len(starts) != len(lengths) or max(ends) > view.nbytes:
        raise InvalidInput('bad_compressed', 'a TIFF file without all its pixels: truncated')
    return width, height


def _read_tiff_tags(view: memoryview) -> Mapping[int, tuple[int, ...]]:
    """Return the integer tags of the first directory (TIFF 6.0, section 2)."""
    order = '<' if view[0] == ord('I') else '>'
    (at,) = struct.unpack_from(order + 'I', view, 4)
    (entries,) = struct.unpack_from(order + 'H', view, at)
    tags = {}
    for entry in range(at + 2, at + 2 + 12 * entries, 12):
        tag, kind, count = struct.unpack_from(order + 'HHI', view, entry)
        is_new = tag in _TIFF_TAGS and tag not in tags
        if is_new and kind in _TIFF_TYPES and 0 < count <= view.nbytes:
            values = f'{order}{count}{_TIFF_TYPES[kind]}'
            place = entry + 8
            if struct.calcsize(values) > 4:
                (place,) = struct.unpack_from(order + 'I', view, place)
            tags[tag] = struct.unpack_from(values, view, place)
    return tags


def read_bmp_size(view: memoryview) -> tuple[int, int]:
    """Return the size in the header of a BMP; a negative height means rows from the top."""
    (header_bytes,) = struct.unpack_from('<I', view, 14)
    width, height = struct.unpack_from('<HH' if header_bytes == 12 else '<ii', view, 18)
    return width, abs(height)


CAMERA_FORMATS: Formats = {
    'JPEG': (re.compile(rb'\xff\xd8\xff'), read_jpeg_size),
    'PNG': (re.compile(rb'\x89PNG\r\n\x1a\n'), read_png_size),
    'TIFF': (re.compile(rb'II\*\0|MM\0\*'), read_tiff_size),
    'WebP': (re.compile(rb'RIFF....WEBP', re.DOTALL), read_webp_size),
}
"""Formats that CompressedImage messages may hold: how each begins, and the reader of its size."""

FILE_FORMATS: Formats = {**CAMERA_FORMATS, 'BMP': (re.compile(b'BM'), read_bmp_size)}
"""Formats of picture files."""
