# SPDX-License-Identifier: MIT
"""Random changes of a clip that leave its emotion: room, microphone, telephone, noise, speed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emotion_ros.core.options import Options, option
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples
from training.voice.noise import BABBLE, NOISES, make_noise, mix_at_snr


@dataclass(frozen=True)
class Augmentation(Options):
    """Augmentation of the training clips."""

    speed: float = option(0.1, 'pitch and tempo change by this factor at most', low=0, high=0.5)
    equaliser_db: float = option(6.0, 'gain of random bands (dB), up or down', low=0, high=30)
    reverberation: float = option(0.3, 'share of the clips in a synthetic room', low=0, high=1)
    telephone: float = option(0.15, 'share of the clips cut to 300..3400 Hz', low=0, high=1)
    clipping: float = option(0.1, 'share of the clips that are clipped', low=0, high=1)
    noise: float = option(0.7, 'share of the clips with noise', low=0, high=1)
    snr_low: float = option(0.0, 'least distance of speech and noise (dB)', low=-10, high=60)
    snr_high: float = option(20.0, 'largest distance of speech and noise (dB)', low=-10, high=60)
    cut: float = option(0.3, 'share of the clips of which only a part is used', low=0, high=1)


NOISY = Augmentation(
    speed=0.05,
    equaliser_db=3.0,
    reverberation=0.1,
    telephone=0.05,
    clipping=0.0,
    noise=1.0,
    snr_low=5.0,
    snr_high=15.0,
    cut=0.1,
)
"""A clip in a room with noise, otherwise changed less: what a robot records most often."""


def augment(
    clip: Samples, others: Sequence[Samples], config: Augmentation, rng: np.random.Generator
) -> Samples:
    """Return a random version of ``clip``; babble is made of ``others``."""
    sound = change_speed(clip, 1 + rng.uniform(-config.speed, config.speed))
    if rng.random() < config.cut:
        length = int(len(sound) * rng.uniform(0.5, 1.0))
        start = rng.integers(len(sound) - length + 1)
        sound = sound[start : start + length]
    if rng.random() < config.reverberation:
        sound = reverberate(sound, rng)
    if rng.random() < config.noise:
        kind = str(rng.choice([*NOISES, BABBLE]))
        noise = make_noise(kind, len(sound), rng, others)
        sound = mix_at_snr(sound, noise, rng.uniform(config.snr_low, config.snr_high))
    is_telephone = bool(rng.random() < config.telephone)
    sound = equalise(sound, config.equaliser_db, rng, is_telephone=is_telephone)
    if rng.random() < config.clipping:
        limit = np.abs(sound).max() * rng.uniform(0.2, 0.8)
        sound = np.clip(sound, -limit, limit)
    return sound


def change_speed(clip: Samples, factor: float) -> Samples:
    """Return the clip played faster by ``factor``, which raises the pitch as well."""
    at = np.arange(0, len(clip) - 1, factor)
    return np.interp(at, np.arange(len(clip)), clip).astype(np.float32)


def reverberate(clip: Samples, rng: np.random.Generator) -> Samples:
    """Return the clip in a synthetic room: the direct sound and a tail of decaying noise.

    The tail falls by 60 dB in 0.15 to 0.7 s and is 3 to 15 dB below the direct sound in energy.
    """
    decay_s = rng.uniform(0.15, 0.7)
    at_s = np.arange(round(decay_s * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.normal(size=len(at_s)) * 10 ** (-3 * at_s / decay_s)
    tail *= 10 ** (-rng.uniform(3, 15) / 20) / np.sqrt((tail**2).sum())
    tail[0] += 1.0
    size = 1 << (len(clip) + len(tail)).bit_length()
    spectrum = np.fft.rfft(clip, size) * np.fft.rfft(tail, size)
    return np.fft.irfft(spectrum, size)[: len(clip)].astype(np.float32)


def equalise(
    clip: Samples, most_db: float, rng: np.random.Generator, *, is_telephone: bool
) -> Samples:
    """Return the clip with random gains around eight frequencies, and cut to a telephone band."""
    spectrum = np.fft.rfft(clip)
    hz = np.fft.rfftfreq(len(clip), 1 / SAMPLE_RATE)
    gains_db = rng.uniform(-most_db, most_db, 8)
    gain = 10 ** (np.interp(np.log(hz + 50), np.log(np.geomspace(50, 8050, 8)), gains_db) / 20)
    if is_telephone:
        gain = gain * (hz > 300) * (hz < 3400)
    return np.fft.irfft(spectrum * gain, len(clip)).astype(np.float32)
