# SPDX-License-Identifier: MIT
"""The latest camera image as a small JPEG, made only while a page is open."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.compressed import encode_jpeg
from emotion_ros.perception.image.decode import ImageArray, rotate_image
from emotion_ros.runtime.worker import Worker

PERIOD_S = 0.2
WIDTH_PX = 640


class CameraPreview:
    """Decodes and encodes at most one image per ``period_s``, in a thread.

    ``decode`` turns an image message into BGR uint8 [H, W, 3]; ``rotate`` is clockwise, degrees.
    ``is_wanted`` is asked for every image. ``hide`` removes from the rotated image what may not
    be shown. ``on_reject`` gets the reason of an image that cannot
    be decoded, ``on_error`` any other exception; both are called in the thread.
    """

    def __init__(
        self,
        decode: Callable[[Any], ImageArray],
        rotate: int,
        is_wanted: Callable[[], bool],
        on_reject: Callable[[str], None],
        on_error: Callable[[Exception], None],
        period_s: float = PERIOD_S,
        hide: Callable[[ImageArray], ImageArray] = lambda image_bgr: image_bgr,
    ) -> None:
        self.jpeg: bytes | None = None
        self._decode = decode
        self._rotate = rotate
        self._is_wanted = is_wanted
        self._on_reject = on_reject
        self._period_s = period_s
        self._hide = hide
        self._due_s = 0.0
        self._worker = Worker('preview', self._encode, on_error)

    def submit(self, msg: Any) -> None:
        """Take an image message; it is ignored when none is wanted or due."""
        now_s = monotonic()
        if now_s >= self._due_s and self._is_wanted():
            self._due_s = now_s + self._period_s
            self._worker.submit(msg)

    def clear(self) -> None:
        """Remove the image."""
        self.jpeg = None

    def stop(self) -> None:
        """End the thread."""
        self._worker.stop()

    def _encode(self, msg: Any) -> None:
        try:
            image_bgr = rotate_image(self._decode(msg), self._rotate)
        except InvalidInput as error:
            self._on_reject(error.reason)
            return
        self.jpeg = encode_jpeg(self._hide(image_bgr), WIDTH_PX)
