# SPDX-License-Identifier: MIT
"""16-bit samples to 8 bits, by the range that the camera really uses.

Sensors of 10 to 14 bits fill the lower bits of 16 (mono16, 16UC1, 16-bit PNG), and no message
field gives their number: the upper byte alone would be almost black.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

MIN_BITS = 10  # no usual sensor has fewer, and noise behind a lens cap must stay dark
MAX_OUTLIERS = 0.005  # share of samples: hot pixels, stuck columns, rows of metadata, lamps
HOLD_IMAGES = 300  # 10 s at 30 Hz
_FLOOR = -0.498  # convertScaleAbs rounds to nearest; fractions are multiples of 1/256


class BitDepth:
    """The number of bits in use, held steady over the images of one stream.

    An image that uses more bits counts at once; fewer count after HOLD_IMAGES in a row.
    """

    def __init__(self) -> None:
        self._bits = MIN_BITS
        self._recent_bits = MIN_BITS
        self._narrower = 0

    def to_8_bit(self, samples: NDArray[np.uint16]) -> NDArray[np.uint8]:
        """Return samples, contiguous [rows, n], with the range in use spread over 0..255.

        With 16 bits in use it is the upper byte. The few samples over the range become 255.
        """
        bits = max(MIN_BITS, int(samples.max()).bit_length())
        outliers = MAX_OUTLIERS * samples.size
        while bits > MIN_BITS and np.count_nonzero(samples >= 1 << (bits - 1)) <= outliers:
            bits -= 1
        return scale_to_8_bit(samples, self._update(bits))

    def _update(self, used_bits: int) -> int:
        """Return the bits to use for an image that needs ``used_bits``."""
        if used_bits >= self._bits:
            self._bits, self._recent_bits, self._narrower = used_bits, MIN_BITS, 0
            return self._bits
        self._recent_bits = max(self._recent_bits, used_bits)
        self._narrower += 1
        if self._narrower >= HOLD_IMAGES:
            self._bits, self._recent_bits, self._narrower = self._recent_bits, MIN_BITS, 0
        return self._bits


def scale_to_8_bit(samples: NDArray[np.uint16], bits: int) -> NDArray[np.uint8]:
    """Return the upper 8 of this number of bits; samples over the range become 255."""
    scaled = cv2.convertScaleAbs(samples, alpha=2.0 ** (8 - bits), beta=_FLOOR)
    return np.asarray(scaled, np.uint8)
