# SPDX-License-Identifier: MIT
"""What a bad camera does to a whole frame, in two strengths each."""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from emotion_ros.perception.image.decode import ImageArray

Corruption = Callable[[ImageArray, np.random.Generator], ImageArray]
"""Returns another frame of the same shape, uint8; the one given stays as it is."""

READ_NOISE = 4.0  # of 255, beside what is left of the light


def blur(frame: ImageArray, _rng: np.random.Generator, sigma_px: float) -> ImageArray:
    """Return the frame out of focus: a Gaussian of so many px of the frame."""
    return np.asarray(cv2.GaussianBlur(frame, (0, 0), sigma_px), np.uint8)


def noise(frame: ImageArray, rng: np.random.Generator, sigma: float) -> ImageArray:
    """Return the frame with Gaussian noise of so many of 255, in every channel anew."""
    return _grainy(frame, rng, 1.0, sigma)


def darken(frame: ImageArray, rng: np.random.Generator, light: float) -> ImageArray:
    """Return the frame with that share of its light, and the noise of reading the sensor."""
    return _grainy(frame, rng, light, READ_NOISE)


def compress(frame: ImageArray, _rng: np.random.Generator, quality: int) -> ImageArray:
    """Return the frame after JPEG of that quality, 0..100."""
    _, data = cv2.imencode('.jpg', frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _grainy(frame: ImageArray, rng: np.random.Generator, light: float, sigma: float) -> ImageArray:
    grain = rng.standard_normal(frame.shape, np.float32)
    return np.clip(np.rint(light * frame + sigma * grain), 0, 255).astype(np.uint8)


CORRUPTIONS: dict[str, Corruption] = {
    'blur, 2 px': partial(blur, sigma_px=2.0),
    'blur, 4 px': partial(blur, sigma_px=4.0),
    'noise, 15 of 255': partial(noise, sigma=15.0),
    'noise, 40 of 255': partial(noise, sigma=40.0),
    'a quarter of the light': partial(darken, light=0.25),
    'a tenth of the light': partial(darken, light=0.1),
    'jpeg, quality 30': partial(compress, quality=30),
    'jpeg, quality 10': partial(compress, quality=10),
}
