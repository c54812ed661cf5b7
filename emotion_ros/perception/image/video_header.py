# SPDX-License-Identifier: MIT
"""Whether a video file ends early, as far as its header says."""

import struct
from pathlib import Path

MATROSKA = b'\x1a\x45\xdf\xa3'  # also WebM
SEGMENT = b'\x18\x53\x80\x67'
HEAD_BYTES = 4096
MOST_BOXES = 64
PICTURE_BRANDS = (b'avif', b'avis', b'mif1', b'miaf')


def declares_frames(path: Path) -> bool:
    """Return whether the number of frames that OpenCV gives is that of the file, if it is whole.

    AVI and MP4 name it. Of all others it is the length in time, to which longer sound counts;
    Matroska names the length in bytes instead, so that it may be asked where bytes are missing.
    """
    with path.open('rb') as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(MATROSKA):
        return _is_shorter(head, path.stat().st_size)
    is_avi = head.startswith(b'RIFF') and head[8:11] == b'AVI'
    return is_avi or head[4:8] in (b'ftyp', b'moov', b'mdat', b'wide', b'free', b'skip')


def lacks_index(path: Path) -> bool:
    """Return whether a file is MP4 or QuickTime, but without the box ``moov`` (ISO 14496-12)."""
    at, size = 0, path.stat().st_size
    with path.open('rb') as file:
        for _ in range(MOST_BOXES):
            file.seek(at)
            head = file.read(16)
            if len(head) < 8:
                return at > 0
            length, kind = struct.unpack('>I4s', head[:8])
            if length == 1 and len(head) == 16:
                length = int.from_bytes(head[8:], 'big')
            if kind == b'moov':
                return False
            if at == 0 and (kind != b'ftyp' or head[8:12] in PICTURE_BRANDS):
                return False
            if length < 8 or at + length > size:
                return True
            at += length
    return False


def _is_shorter(head: bytes, size: int) -> bool:
    """Return whether a Matroska file of ``size`` bytes is shorter than its segment.

    A size has as many leading zero bits in its first byte as bytes follow (RFC 8794, section 4).
    """
    at = head.find(SEGMENT) + len(SEGMENT)
    if at < len(SEGMENT) or at >= len(head) or not head[at]:
        return False
    length = 9 - head[at].bit_length()
    value = int.from_bytes(head[at : at + length], 'big') & ((1 << 7 * length) - 1)
    is_known = value != (1 << 7 * length) - 1
    return is_known and at + length + value > size
