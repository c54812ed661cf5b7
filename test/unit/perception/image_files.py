# SPDX-License-Identifier: MIT
"""Small real videos and pictures, made here."""

from pathlib import Path

import cv2
import numpy as np

RATE_HZ = 10.0
WIDTH, HEIGHT = 64, 48


def make_video(path: Path, frames: int = 10) -> Path:
    """Write noisy frames that become brighter, every one by 20 levels."""
    random = np.random.default_rng(0)
    codec = 'MJPG' if path.suffix == '.avi' else 'mp4v'
    size = (WIDTH, HEIGHT)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), RATE_HZ, size)
    for number in range(frames):
        noise = random.integers(0, 8, (HEIGHT, WIDTH, 3), np.uint8)
        writer.write(noise + np.uint8(20 * number % 248))
    writer.release()
    return path


def make_picture(path: Path, level: int = 128) -> Path:
    """Write a grey picture."""
    path.write_bytes(cv2.imencode(path.suffix, np.full((HEIGHT, WIDTH, 3), level, np.uint8))[1])
    return path


def cut(path: Path, share: float) -> Path:
    """Leave only the first part of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path
