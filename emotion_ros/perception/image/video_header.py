# SPDX-License-Identifier: MIT
"""Whether a video file ends early, as far as its header says."""

from pathlib import Path

MATROSKA = b'\x1a\x45\xdf\xa3'  # also WebM
SEGMENT = b'\x18\x53\x80\x67'
HEAD_BYTES = 4096


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
