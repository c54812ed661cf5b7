# SPDX-License-Identifier: MIT
"""One synthetic picture as every encoding a camera may send, written out by hand.

Nothing here uses OpenCV: a mistake in the decoder must not be made twice.
"""

import numpy as np
from numpy.typing import NDArray

from emotion_ros.perception.image.decode import RawImage

Bytes = NDArray[np.uint8]


def picture(width: int = 32, height: int = 24) -> Bytes:
    """Return a smooth BGR picture in which no two channels and no two corners are alike."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    blue = 40 + 150 * x / width
    green = 200 - 120 * y / height
    red = 60 + 50 * x / width + 90 * y / height
    return np.stack([blue, green, red], axis=2).round().astype(np.uint8)


def grey(bgr: Bytes) -> Bytes:
    """Return luma, ITU-R BT.601."""
    return (bgr @ np.array([0.114, 0.587, 0.299])).round().astype(np.uint8)


def encode(bgr: Bytes, encoding: str) -> Bytes:
    """Return the rows of the picture, uint8 [rows, bytes per row]."""
    if encoding in WIDE:
        rows = _wide(_ENCODERS[NARROW[WIDE.index(encoding)]](bgr))
    elif encoding in PARTLY_WIDE:
        name, bits = encoding[:-2], int(encoding[-2:])
        values = _wide(_ENCODERS[f'{name}8'](bgr)).view('<u2') >> (16 - bits)
        rows = values.astype('<u2').view(np.uint8)
    else:
        rows = _ENCODERS[encoding](bgr)
    return np.ascontiguousarray(rows.reshape(rows.shape[0], -1))


def message(
    bgr: Bytes, encoding: str, *, padding: int = 0, big: bool = False, trim: bool = False
) -> RawImage:
    """Return the picture as a message, rows padded with noise; ``trim`` leaves the last bare."""
    rows = encode(bgr, encoding)
    if big:
        rows = np.ascontiguousarray(rows.reshape(len(rows), -1, 2)[:, :, ::-1]).reshape(rows.shape)
    height, width = bgr.shape[:2]
    step = rows.shape[1] + padding
    if encoding == 'nv24':  # its rows of U and V are twice as long as those of the luma
        chroma = _padded(rows[height:].reshape(height, -1), 2 * padding, trim)
        data = _padded(rows[:height], padding, False) + chroma
    elif encoding in ('i420', 'yv12'):  # half as long
        chroma = _padded(rows[height:].reshape(height, -1), padding // 2, trim)
        data = _padded(rows[:height], padding, False) + chroma
    else:
        data = _padded(rows, padding, trim)
    return RawImage(width, height, encoding, step, big, data)


def _padded(rows: Bytes, padding: int, trim: bool) -> bytes:
    noise = np.random.default_rng(1).integers(0, 256, (len(rows), padding), np.uint8)
    data = np.concatenate([rows, noise], axis=1).tobytes()
    return data[: len(data) - padding * trim]


def _yuv(bgr: Bytes) -> NDArray[np.float64]:
    """Return Y, U, V of video range (BT.601: Y 16..235, U and V around 128)."""
    matrix = np.array(
        [[24.966, 128.553, 65.481], [112, -74.203, -37.797], [-18.214, -93.786, 112]]
    )
    return bgr / 255.0 @ matrix.T + np.array([16, 128, 128])


def _packed(bgr: Bytes, order: str) -> Bytes:
    """4:2:2: two pixels share U and V; ``order`` names the four bytes."""
    yuv = _yuv(bgr)
    left, right = yuv[:, 0::2], yuv[:, 1::2]
    chroma = (left + right) / 2
    byte = {'0': left[:, :, 0], '1': right[:, :, 0], 'u': chroma[:, :, 1], 'v': chroma[:, :, 2]}
    return np.stack([byte[name] for name in order], axis=2).round().astype(np.uint8)


def _planar(bgr: Bytes, first: int) -> Bytes:
    """4:2:0: the luma plane, then rows of alternating U and V of 2x2 blocks."""
    yuv = _yuv(bgr)
    height, width = bgr.shape[:2]
    blocks = yuv.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    chroma = blocks[:, :, [first, 3 - first]].reshape(height // 2, width)
    return np.concatenate([yuv[:, :, 0], chroma]).round().astype(np.uint8)


def _two_planes(bgr: Bytes, first: int) -> Bytes:
    """4:2:0: the planes of luma, U and V, or V and U, as rows of the luma's length."""
    rows = _planar(bgr, first)
    height, width = bgr.shape[:2]
    planes = rows[height:].reshape(-1, 2).T
    return np.concatenate([rows[:height], planes.reshape(height // 2, width)])


def _full_height(bgr: Bytes, first: int) -> Bytes:
    """4:2:2: the luma plane, then rows of alternating U and V of two pixels in a row."""
    yuv = _yuv(bgr)
    height, width = bgr.shape[:2]
    pairs = yuv.reshape(height, width // 2, 2, 3).mean(axis=2)[:, :, [first, 3 - first]]
    return np.concatenate([yuv[:, :, 0], pairs.reshape(height, width)]).round().astype(np.uint8)


def _nv24(bgr: Bytes) -> Bytes:
    """4:4:4: the luma plane, then U and V of every pixel, as rows of the luma's length."""
    yuv = _yuv(bgr)
    chroma = yuv[:, :, 1:].reshape(-1, bgr.shape[1])
    return np.concatenate([yuv[:, :, 0], chroma]).round().astype(np.uint8)


def _bayer(bgr: Bytes, pattern: str) -> Bytes:
    """One channel per pixel; the pattern names the first two pixels of the first two rows."""
    mosaic = np.empty(bgr.shape[:2], np.uint8)
    for place, colour in enumerate(pattern):
        row, column = divmod(place, 2)
        mosaic[row::2, column::2] = bgr[row::2, column::2, 'bgr'.index(colour)]
    return mosaic


def _alpha(colours: Bytes) -> Bytes:
    return np.concatenate([colours, np.full((*colours.shape[:2], 1), 7, np.uint8)], axis=2)


def _wide(rows: Bytes) -> Bytes:
    """16 bits, little-endian; the lower byte is noise."""
    low = np.random.default_rng(2).integers(0, 256, rows.shape, np.uint8)
    return np.stack([low, rows], axis=-1)


_ENCODERS = {
    'bgr8': lambda bgr: bgr,
    '8UC3': lambda bgr: bgr,
    'rgb8': lambda bgr: bgr[:, :, ::-1],
    'bgra8': _alpha,
    '8UC4': _alpha,
    'rgba8': lambda bgr: _alpha(bgr[:, :, ::-1]),
    'mono8': grey,
    '8UC1': grey,
    'yuv422': lambda bgr: _packed(bgr, 'u0v1'),
    'uyvy': lambda bgr: _packed(bgr, 'u0v1'),
    'yuv422_yuy2': lambda bgr: _packed(bgr, '0u1v'),
    'yuyv': lambda bgr: _packed(bgr, '0u1v'),
    'nv12': lambda bgr: _planar(bgr, 1),
    'nv21': lambda bgr: _planar(bgr, 2),
    'i420': lambda bgr: _two_planes(bgr, 1),
    'yv12': lambda bgr: _two_planes(bgr, 2),
    'nv16': lambda bgr: _full_height(bgr, 1),
    'nv61': lambda bgr: _full_height(bgr, 2),
    'nv24': _nv24,
    'bayer_rggb8': lambda bgr: _bayer(bgr, 'rggb'),
    'bayer_bggr8': lambda bgr: _bayer(bgr, 'bggr'),
    'bayer_gbrg8': lambda bgr: _bayer(bgr, 'gbrg'),
    'bayer_grbg8': lambda bgr: _bayer(bgr, 'grbg'),
}
NARROW = [name for name in _ENCODERS if '8' in name]
WIDE = [name.replace('8', '16') for name in NARROW]
PARTLY_WIDE = [
    f'{name[:-1]}{bits}'
    for bits in (10, 12, 14)
    for name in NARROW
    if name.startswith(('mono', 'bayer'))
]
ENCODINGS = (*_ENCODERS, *WIDE, *PARTLY_WIDE)
GREY_ENCODINGS = tuple(name for name in ENCODINGS if name.startswith('mono') or 'UC1' in name)
EXACT_ENCODINGS = tuple(
    name for name in (*NARROW, *WIDE, *PARTLY_WIDE) if not name.startswith('bayer')
)
