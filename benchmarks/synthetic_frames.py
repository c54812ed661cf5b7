# SPDX-License-Identifier: MIT
"""Synthetic camera frames: copies of one portrait on a grey wall."""

from collections.abc import Iterator, Sequence
from math import ceil, sqrt

import cv2
import numpy as np

from benchmarks.scenario import Scenario
from emotion_ros.files.resources import packaged_config
from emotion_ros.perception.image.decode import ImageArray

FRAMES = 8
NOISE_LEVELS = 6
WALL = 140
HEAD = (slice(20, 250), slice(100, 330))  # rows and columns of the portrait, 400 x 400
HEAD_SHARE = 0.75  # of the cell of a head


def frames_of(scenario: Scenario) -> list[ImageArray]:
    """Return a few images of the scenario's camera."""
    scene = paint_heads(scenario.width, scenario.height, scenario.faces)
    frames = list(with_noise(scene))
    return swaying(frames) if scenario.is_moving else frames


def paint_heads(width: int, height: int, count: int) -> ImageArray:
    """Return a BGR image of the same head ``count`` times, in rows, on a grey wall."""
    scene = np.full((height, width, 3), WALL, np.uint8)
    if not count:
        return scene
    columns = ceil(sqrt(count))
    rows = ceil(count / columns)
    side = int(HEAD_SHARE * min(width / columns, height / rows))
    head = cv2.resize(_portrait()[HEAD], (side, side), interpolation=cv2.INTER_AREA)
    for n in range(count):
        row, column = divmod(n, columns)
        left = int((column + 0.5) * width / columns - side / 2)
        top = int((row + 0.5) * height / rows - side / 2)
        scene[top : top + side, left : left + side] = head
    return scene


def with_noise(scene: ImageArray) -> Iterator[ImageArray]:
    """Yield the scene FRAMES times with sensor noise; the same frames in every run."""
    random = np.random.default_rng(0)
    for _ in range(FRAMES):
        noise = random.integers(0, NOISE_LEVELS, scene.shape, dtype=np.uint8)
        yield np.asarray(cv2.add(scene, noise), np.uint8)


def swaying(frames: Sequence[ImageArray]) -> list[ImageArray]:
    """Return the frames, twice, shifted to and fro by up to an eightieth of their width."""
    shifts = np.sin(np.linspace(0.0, 2 * np.pi, 2 * len(frames), endpoint=False))
    return [
        np.roll(frame, round(shift * frame.shape[1] / 80), axis=1)
        for frame, shift in zip([*frames, *frames], shifts, strict=True)
    ]


def _portrait() -> ImageArray:
    return np.asarray(cv2.imread(str(packaged_config('demo/astronaut.jpg'))), np.uint8)
