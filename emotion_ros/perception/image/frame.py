# SPDX-License-Identifier: MIT
"""An image of a camera, decoded as far as it is needed: in grey, or at a part of its size."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

import cv2
import numpy as np

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.decode import ImageArray, rotate_image

DENOMINATORS = (8, 4, 2, 1)  # of the sizes at which libjpeg can decode


class Frame(ABC):
    """One image; ``width`` and ``height`` are those of the whole, turned image in px.

    ``rotate`` is the angle by which it is turned, clockwise. Use it from one thread.
    """

    def __init__(self, width: int, height: int, rotate: int = 0) -> None:
        self.width, self.height = (height, width) if rotate in (90, 270) else (width, height)
        self._rotate = rotate

    @abstractmethod
    def pixels(self, min_width: float = float('inf'), *, grey: bool = False) -> ImageArray:
        """Return BGR uint8 [h, w, 3], not narrower than ``min_width`` or the whole image.

        With ``grey`` it may be grey, uint8 [h, w]. InvalidInput when it cannot be decoded.
        """


class ArrayFrame(Frame):
    """An image that is decoded already: BGR uint8 [height, width, 3]."""

    def __init__(self, image_bgr: ImageArray, rotate: int = 0) -> None:
        height, width = image_bgr.shape[:2]
        super().__init__(width, height, rotate)
        self._image_bgr = rotate_image(image_bgr, rotate)
        self._grey: ImageArray | None = None

    def pixels(self, min_width: float = float('inf'), *, grey: bool = False) -> ImageArray:  # noqa: ARG002
        """Return the whole image, in grey where that is enough: to shrink it costs a third."""
        if not grey:
            return self._image_bgr
        if self._grey is None:
            converted = cv2.cvtColor(self._image_bgr, cv2.COLOR_BGR2GRAY)
            self._grey = np.asarray(converted, np.uint8)
        return self._grey


class ScaledFrame(Frame):
    """An image that ``decode`` can decode in grey and at a half, a quarter or an eighth.

    ``decode`` takes the denominator and whether grey is enough. The last result is kept and
    given again when it is enough. ``first_need`` is what ``decode`` was needed for first.
    """

    first_need: tuple[int, bool] | None = None

    def __init__(
        self, width: int, height: int, decode: Callable[[int, bool], ImageArray], rotate: int = 0
    ) -> None:
        super().__init__(width, height, rotate)
        self._decode = decode
        self._ahead: tuple[tuple[int, bool], ImageArray] | None = None
        self._kept: ImageArray | None = None
        self._denominator = 0
        self._is_grey = False

    def pixels(self, min_width: float = float('inf'), *, grey: bool = False) -> ImageArray:
        """Decode as little as is enough, at most once for the same need."""
        fitting = (d for d in DENOMINATORS if self.width >= d * min_width)
        denominator = next(fitting, 1)
        is_enough = denominator >= self._denominator and (grey or not self._is_grey)
        if self._kept is None or not is_enough:
            need = denominator, grey
            self.first_need = self.first_need or need
            ahead, self._ahead = self._ahead, None
            pixels = ahead[1] if ahead and ahead[0] == need else self._decode(*need)
            self._kept = rotate_image(pixels, self._rotate)
            self._denominator, self._is_grey = need
        return self._kept

    def decode_like(self, other: 'ScaledFrame | None') -> None:
        """Decode in advance what was first asked of another frame; ``pixels`` returns the same.

        What cannot be decoded is refused when it is asked for.
        """
        if other is not None and other.first_need is not None:
            with suppress(InvalidInput):
                self._ahead = other.first_need, self._decode(*other.first_need)
