# SPDX-License-Identifier: MIT
"""Synthetic sounds: noise to add to speech, and sounds that are no speech at all.

All are float32 [N] at 16 kHz with a root mean square of one.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples

Floats = NDArray[np.floating]
BABBLE_VOICES = 4


def normalised(sound: Floats) -> Samples:
    """Return the sound with a root mean square of one; silence stays silence."""
    sound = sound - sound.mean()
    return np.asarray(sound / max(float(np.sqrt((sound**2).mean())), 1e-9), np.float32)


def coloured(length: int, rng: np.random.Generator, slope: float) -> Samples:
    """Return noise whose power falls with frequency to the power ``slope``: 0 white, 1 pink."""
    spectrum = np.fft.rfft(rng.normal(size=length))
    hz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    return normalised(np.fft.irfft(spectrum * np.maximum(hz, 20) ** (-slope / 2), length))


def motor(length: int, rng: np.random.Generator) -> Samples:
    """Return the hum of a motor or fan: harmonics of a wavering pitch over pink noise."""
    at_s = np.arange(length) / SAMPLE_RATE
    hz = rng.uniform(45, 220) * (1 + 0.02 * np.sin(2 * np.pi * rng.uniform(0.2, 2) * at_s))
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE
    harmonics = [
        rng.uniform(0, 1) / k**0.7 * np.sin(k * phase + rng.uniform(0, 6.3)) for k in range(1, 13)
    ]
    swell = 1 + rng.uniform(0, 0.4) * np.sin(2 * np.pi * rng.uniform(1, 12) * at_s)
    noise = rng.uniform(0.2, 1.0) * coloured(length, rng, 1.0)
    return normalised(swell * normalised(np.sum(harmonics, axis=0)) + noise)


def babble(length: int, rng: np.random.Generator, clips: Sequence[Samples]) -> Samples:
    """Return several voices at once, made of clips from random places on."""
    voices = np.zeros(length)
    for i in rng.integers(len(clips), size=BABBLE_VOICES):
        clip = normalised(clips[i])
        voices += np.roll(np.resize(clip, length), rng.integers(length))
    return normalised(voices)


def music(length: int, rng: np.random.Generator) -> Samples:
    """Return chords of decaying tones in a steady rhythm, with a beat."""
    sound = np.zeros(length)
    beat = round(SAMPLE_RATE * rng.uniform(0.15, 0.6))
    root_hz = rng.uniform(80, 400)
    steps = (0, 2, 4, 5, 7, 9, 11, 12, 16, 19)
    for start in range(0, length, beat):
        at_s = np.arange(min(length - start, 4 * beat)) / SAMPLE_RATE
        for step in rng.choice(steps, size=rng.integers(1, 5), replace=False):
            hz = root_hz * 2 ** (step / 12)
            partials = [
                np.sin(2 * np.pi * k * hz * at_s) * rng.uniform(0.2, 1) / k for k in range(1, 7)
            ]
            decay = np.exp(-at_s / rng.uniform(0.1, 0.8))
            sound[start : start + len(at_s)] += np.sum(partials, axis=0) * decay
        hit = np.arange(min(length - start, 2000)) / 2000
        drum = rng.uniform(0, 1.5) * np.exp(-8 * hit) * rng.normal(size=len(hit))
        sound[start : start + len(hit)] += drum
    return normalised(sound)


def clicks(length: int, rng: np.random.Generator) -> Samples:
    """Return knocks and clicks: short resonances at random times over faint noise."""
    sound = 0.02 * coloured(length, rng, 1.0)
    for start in rng.integers(0, length, size=max(1, length * 3 // SAMPLE_RATE)):
        at_s = np.arange(min(length - start, 3200)) / SAMPLE_RATE
        ring = np.sin(2 * np.pi * rng.uniform(200, 3000) * at_s) + rng.normal(size=len(at_s))
        sound[start : start + len(at_s)] += ring * np.exp(-at_s / rng.uniform(0.002, 0.04))
    return normalised(sound)


def alarm(length: int, rng: np.random.Generator) -> Samples:
    """Return a beep, an alarm or a whistle: one tone, steady, gliding or interrupted."""
    at_s = np.arange(length) / SAMPLE_RATE
    glide = rng.choice([0.0, rng.uniform(-300, 300)])
    warble = rng.choice([0.0, rng.uniform(10, 200)])
    hz = rng.uniform(250, 3000) + glide * at_s + warble * np.sin(2 * np.pi * 4 * at_s)
    sound = np.sin(2 * np.pi * np.cumsum(hz) / SAMPLE_RATE)
    if rng.random() < 0.5:
        sound *= np.sin(2 * np.pi * rng.uniform(0.5, 4) * at_s) > 0
    return normalised(sound + rng.uniform(0, 0.1) * rng.normal(size=length))


def gusts(length: int, rng: np.random.Generator) -> Samples:
    """Return noise that swells and fades, as wind, water or steps do."""
    knots = np.interp(np.arange(length), np.linspace(0, length, 12), rng.uniform(-1.5, 1.0, 12))
    return normalised(10**knots * coloured(length, rng, rng.uniform(0, 2)))


NOISES: dict[str, Callable[[int, np.random.Generator], Samples]] = {
    'white': lambda length, rng: coloured(length, rng, 0.0),
    'pink': lambda length, rng: coloured(length, rng, 1.0),
    'motor': motor,
}
BABBLE = 'babble'
NOT_SPEECH = NOISES | {
    'brown': lambda length, rng: coloured(length, rng, 2.0),
    'music': music,
    'clicks': clicks,
    'alarm': alarm,
    'gusts': gusts,
}


def make_noise(
    kind: str, length: int, rng: np.random.Generator, clips: Sequence[Samples]
) -> Samples:
    """Return noise of a ``kind`` in NOISES, or babble of the ``clips``."""
    return babble(length, rng, clips) if kind == BABBLE else NOISES[kind](length, rng)


def mix_at_snr(speech: Samples, noise: Samples, snr_db: float) -> Samples:
    """Return speech plus noise, their root mean squares ``snr_db`` apart."""
    level = float(np.sqrt((speech**2).mean()))
    return np.asarray(speech + noise * (level * 10 ** (-snr_db / 20)), np.float32)
