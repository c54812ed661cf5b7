# SPDX-License-Identifier: MIT
"""Lip activity on generated sequences: a photo and a drawing that speak, sway, blink, smile."""

from collections.abc import Callable
from math import isnan, pi, sin

import cv2
import numpy as np
import pytest

from emotion_ros.files.resources import packaged_config
from emotion_ros.perception.face.lip_activity import LipActivity

SIDE = 144
FACES = {'astronaut.jpg': (150, 68, 106), 'drawn_neutral.jpg': (90, 100, 220)}  # x, y, side
ROWS, COLUMNS = np.mgrid[0 : 1 : SIDE * 1j, 0 : 1 : SIDE * 1j].astype(np.float32)


def crop(face: np.ndarray, random: np.random.Generator, **pose: float) -> np.ndarray:
    """Return a grey crop of 48 px; all lengths are fractions of its side."""
    dx, dy, size = (random.normal(0, 0.008) for _ in range(3))
    x = (COLUMNS - 0.5) * (1 + size) + 0.5 + dx + pose.get('sway', 0)
    y = (ROWS - 0.5) * (1 + size) + 0.5 + dy + pose.get('sway', 0) / 2
    chin = np.clip((y - 0.74) / 0.06, 0, 1) * np.exp(-(((x - 0.5) / 0.22) ** 2))
    mouth = np.exp(-(((y - 0.76) / 0.1) ** 2)) * (x - 0.5)
    eyes = np.exp(-(((y - 0.36) / 0.06) ** 2)) * (y - 0.36)
    x = x - pose.get('smile', 0) * mouth
    y = y - pose.get('open', 0) * chin + pose.get('blink', 0) * eyes
    image = cv2.remap(face, x * SIDE, y * SIDE, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    small = cv2.resize(image, (48, 48), interpolation=cv2.INTER_AREA).astype(np.float32)
    lit = small * (1 + pose.get('light', 0)) + random.normal(0, 2, small.shape)
    return np.clip(lit, 0, 255).astype(np.uint8)


def activity(name: str, pose: Callable[[float], dict[str, float]], rate_hz: float) -> float:
    x, y, side = FACES[name]
    grey = cv2.imread(str(packaged_config(f'demo/{name}')), cv2.IMREAD_GRAYSCALE)
    face = cv2.resize(grey[y : y + side, x : x + side], (SIDE, SIDE))
    random, lips, found = np.random.default_rng(1), LipActivity(), 0.0
    for n in range(round(1.5 * rate_hz)):
        found = lips.update(1, crop(face, random, **pose(n / rate_hz)), n / rate_hz)
    return found


POSES = {
    'still': lambda t: {},
    'sway': lambda t: {'sway': 0.04 * sin(2 * pi * t)},
    'light': lambda t: {'light': 0.15 * sin(6 * pi * t)},
    'blink': lambda t: {'blink': 0.8 * (0.9 < t < 1.05)},
    'smile': lambda t: {'smile': 0.3 * (t > 0.8)},
    'speak': lambda t: {'open': 0.06 * max(0.0, sin(9 * pi * t))},
    'speak and sway': lambda t: {
        'open': 0.06 * max(0.0, sin(9 * pi * t)),
        'sway': 0.04 * sin(2 * pi * t),
    },
}


@pytest.mark.parametrize('rate_hz', [10.0, 30.0])
@pytest.mark.parametrize('name', FACES)
@pytest.mark.parametrize('pose', POSES)
def test_only_a_mouth_that_speaks_is_active(pose, name, rate_hz):
    found = activity(name, POSES[pose], rate_hz)
    assert (found > 0.5) == pose.startswith('speak'), found


def test_it_takes_some_images_and_an_interruption_begins_anew():
    lips, still = LipActivity(), np.full((48, 48), 100, np.uint8)
    found = [lips.update(1, still, 0.1 * n) for n in range(6)]
    assert [isnan(a) for a in found] == [True] * 4 + [False] * 2
    assert isnan(lips.update(1, still, 9.0))
    assert isnan(lips.update(1, still, 5.0))  # the clock jumped back
    assert isnan(lips.update(2, still, 5.1))


def test_faces_that_are_gone_are_forgotten():
    lips, still = LipActivity(), np.full((48, 48), 100, np.uint8)
    for n in range(6):
        lips.update(1, still, 0.1 * n)
    lips.keep([2])
    assert isnan(lips.update(1, still, 0.6))


def test_a_flat_and_a_black_crop_are_no_speech():
    lips = LipActivity()
    found = [lips.update(1, np.full((48, 48), 255 * (n % 2), np.uint8), 0.1 * n) for n in range(9)]
    assert found[-1] < 0.5
