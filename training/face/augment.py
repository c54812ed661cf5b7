# SPDX-License-Identifier: MIT
"""Augmentation of 48-px grey faces: what a camera and a face detector do to them.

Images are uint8 [H, W]; ``rng`` decides everything, so a seed repeats a run.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.options import Options, option

Image = NDArray[np.uint8]
Rng = np.random.Generator

TILT_DEG = 30.0
SECOND = 0.3
"""Share of the degraded faces with a second degradation."""


@dataclass(frozen=True)
class Augmentation(Options):
    """Augmentation; all zero (and ``flip`` off) leaves an image unchanged."""

    flip: bool = option(True, 'mirror half of the faces')
    rotate_deg: float = option(8.0, 'largest rotation in degrees', low=0, high=180)
    tilt: float = option(0.0, 'share of the faces rotated by up to 30 degrees', low=0, high=1)
    shift: float = option(0.06, 'largest shift as a share of the side', low=0, high=1)
    scale: float = option(0.10, 'largest change of scale (natural logarithm)', low=0)
    contrast: float = option(0.25, 'largest change of contrast and brightness', low=0, high=1)
    camera: float = option(
        0.20, 'share of the faces with blur, noise, darkness or JPEG artefacts', low=0, high=1
    )
    erase: float = option(0.0, 'share of the faces with an erased rectangle', low=0, high=1)


def augment_batch(images: Image, settings: Augmentation, rng: Rng, side: int) -> Image:
    """Augment [N, H, W] and resample to [N, side, side] in one warp per image."""
    out = np.empty((len(images), side, side), np.uint8)
    for i, image in enumerate(images):
        out[i] = augment(image, settings, rng, side)
    return out


def augment(image: Image, settings: Augmentation, rng: Rng, side: int) -> Image:
    """One augmented copy, [side, side]."""
    image = warp(image, settings, rng, side)
    if settings.contrast:
        image = relight(image, settings.contrast, rng)
    if rng.random() < settings.erase:
        image = erase(image, rng)
    if rng.random() < settings.camera:
        several = rng.permutation(len(DEGRADATIONS))[: 1 + int(rng.random() < SECOND)]
        for i in np.sort(several):
            image = DEGRADATIONS[i](image, rng)
    return image


def warp(image: Image, settings: Augmentation, rng: Rng, side: int) -> Image:
    """Random similarity (the jitter of a detector's box) with mirroring, edges replicated."""
    height, width = image.shape
    largest = TILT_DEG if rng.random() < settings.tilt else settings.rotate_deg
    angle = rng.uniform(-largest, largest)
    zoom = side / width * np.exp(rng.uniform(-settings.scale, settings.scale))
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, zoom)
    shift = rng.uniform(-settings.shift, settings.shift, 2) * side
    matrix[:, 2] += shift + (side - width) / 2
    if settings.flip and rng.random() < 0.5:
        matrix[0] *= -1
        matrix[0, 2] += side - 1
    return cv2.warpAffine(image, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)


def relight(image: Image, strength: float, rng: Rng) -> Image:
    """Random contrast and brightness around the mean."""
    gain = 1 + rng.uniform(-strength, strength)
    mean = float(image.mean())
    bias = mean * (1 - gain) + 128 * rng.uniform(-strength, strength) * 0.6
    return cv2.convertScaleAbs(np.maximum(image * gain + bias, 0))


def blur(image: Image, rng: Rng) -> Image:
    """Gaussian blur, or the pixels of a face that was small in the frame: from 20 px on."""
    if rng.random() < 0.5:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.7))
    side = image.shape[0]
    few = round(side * rng.uniform(0.42, 0.9))
    small = cv2.resize(image, (few, few), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (side, side), interpolation=cv2.INTER_LINEAR)


def noise(image: Image, rng: Rng) -> Image:
    """Additive Gaussian sensor noise."""
    grain = rng.standard_normal(image.shape, np.float32) * rng.uniform(3, 18)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def darken(image: Image, rng: Rng) -> Image:
    """Low light: a gamma above one, less range and some grain."""
    light = np.exp(rng.uniform(np.log(0.08), np.log(0.8)))
    dark = 255 * (image / 255.0) ** rng.uniform(0.9, 1.6) * light
    grain = rng.standard_normal(image.shape) * rng.uniform(0.5, 4)
    return np.clip(dark + grain, 0, 255).astype(np.uint8)


def compress(image: Image, rng: Rng) -> Image:
    """JPEG at a quality of 12 to 70."""
    _, data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(12, 70))])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)


def erase(image: Image, rng: Rng) -> Image:
    """Fill a random rectangle (2-15 % of the area), or a bar over mouth or eyes, with one grey."""
    side = image.shape[0]
    if rng.random() < 0.5:
        height, width = (side * np.sqrt(rng.uniform(0.02, 0.15, 2))).astype(int) + 1
        y, x = rng.integers(side - height), rng.integers(side - width)
    else:  # mask, hand, glasses
        height, width = round(side * rng.uniform(0.18, 0.34)), round(side * rng.uniform(0.7, 0.95))
        y = side - height if rng.random() < 0.5 else round(side * rng.uniform(0.2, 0.32))
        x = (side - width) // 2
    image = image.copy()
    grey = image.mean() if rng.random() < 0.5 else rng.integers(256)
    image[y : y + height, x : x + width] = int(grey)
    return image


DEGRADATIONS = (blur, darken, noise, compress)
"""In the order in which lens, light, sensor and encoder come."""
