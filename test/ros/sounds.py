# SPDX-License-Identifier: MIT
"""Generated sound in messages: noise, and syllables that are louder."""

from array import array
from collections.abc import Iterator

import numpy as np

from emotion_ros.msg import Audio
from emotion_ros.nodes.messages.stamps import seconds_to_stamp

RATE = 16_000


def noise(seconds: float, level: float = 0.002, seed: int = 0) -> np.ndarray:
    """Return white noise, float, full scale 1."""
    return np.random.default_rng(seed).normal(0, level, round(seconds * RATE))


def syllables(seconds: float) -> np.ndarray:
    """Return a voice-like sound: harmonics of 150 Hz, loud four times a second, over noise."""
    at = np.arange(round(seconds * RATE)) / RATE
    voice = sum(np.sin(2 * np.pi * 150 * n * at) / n for n in range(1, 20))
    return 0.1 * voice * (0.55 + 0.45 * np.sin(8 * np.pi * at)) + noise(seconds)


def spoken(seconds: float = 1.5, before_s: float = 1.0, after_s: float = 1.0) -> np.ndarray:
    """Return noise, a voice, noise."""
    return np.concatenate([noise(before_s), syllables(seconds), noise(after_s, seed=1)])


def messages(sound: np.ndarray, begin_s: float, chunk_s: float = 0.1, **fields) -> Iterator[Audio]:
    """Yield a sound in chunks whose stamps begin at ``begin_s``."""
    size = round(chunk_s * RATE)
    for start in range(0, len(sound), size):
        part = np.clip(sound[start : start + size] * 32767, -32768, 32767).astype(np.int16)
        msg = Audio(sample_rate=RATE, channels=1, samples=array('h', part.tobytes()))
        msg.header.stamp = seconds_to_stamp(begin_s + start / RATE)
        msg.header.frame_id = 'mic'
        for name, value in fields.items():
            setattr(msg, name, value)
        yield msg
