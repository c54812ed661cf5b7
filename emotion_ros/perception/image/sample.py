# SPDX-License-Identifier: MIT
"""One image of a source."""

from dataclasses import dataclass

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.image.decode import ImageArray


@dataclass(frozen=True, eq=False)
class ImageSample:
    """One image, BGR uint8, or the ``error`` because of which there is none.

    ``at_s`` counts from the start of a video, webcam or stream; None for a single picture.
    """

    source: str
    at_s: float | None = None
    image_bgr: ImageArray | None = None
    error: InvalidInput | None = None
