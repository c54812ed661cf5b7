# SPDX-License-Identifier: MIT
"""A synthetic voice for the demo: formant synthesis of English sentences in NumPy.

It sounds like a machine of 1980 and is no recording of a person. Letters become phonemes by a few
rules, phonemes become targets of three formants (Peterson & Barney 1952; Klatt 1980, "Software
for a cascade/parallel formant synthesizer"), harmonics of the voice and noise are shaped by them.
Pitch, its range, tempo and loudness follow an emotion (Murray & Arnott 1993, "Toward the
simulation of emotion in synthetic speech").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import Emotion
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE

HOP = 80  # 5 ms
MAX_HZ = 7000.0
BANDWIDTHS_HZ = np.array([70.0, 100.0, 140.0])
PEAK = 0.5
COARTICULATION = 9  # frames over which targets are averaged
PAUSE_S = 0.06

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Phoneme:
    """Formants (Hz), voicing and noise (0..1), centre of the noise (Hz), duration (s)."""

    formants: tuple[float, float, float]
    seconds: float
    voicing: float = 1.0
    noise: float = 0.0
    noise_hz: float = 0.0


@dataclass(frozen=True)
class Manner:
    """How an emotion sounds: factors of pitch, its range, tempo and loudness, and the tilt.

    ``tilt`` is the fall of the harmonics, as an exponent of their number.
    """

    pitch: float = 1.0
    range: float = 1.0
    tempo: float = 1.0
    loudness: float = 1.0
    tilt: float = 1.0


PITCH_HZ = 125.0
MANNERS = {
    Emotion.NEUTRAL: Manner(pitch=0.8, tempo=0.9, tilt=0.8),
    Emotion.ANGRY: Manner(pitch=1.35, range=2.0, tempo=1.2, loudness=1.0, tilt=0.5),
    Emotion.HAPPY: Manner(pitch=1.7, range=2.2, tempo=1.1, loudness=0.9, tilt=0.8),
    Emotion.SAD: Manner(pitch=0.85, range=0.4, tempo=0.75, loudness=0.5, tilt=1.4),
    Emotion.SURPRISE: Manner(pitch=1.9, range=2.6, loudness=0.9, tilt=0.8),
    Emotion.FEAR: Manner(pitch=1.6, range=1.2, tempo=1.3, loudness=0.8),
    Emotion.DISGUST: Manner(pitch=0.9, range=1.4, tempo=0.8, loudness=0.8),
}


def _vowel(f1: float, f2: float, f3: float, seconds: float = 0.12) -> Phoneme:
    return Phoneme((f1, f2, f3), seconds)


def _fricative(hz: float, noise: float, voicing: float = 0.0, seconds: float = 0.1) -> Phoneme:
    return Phoneme((320.0, 1500.0, 2600.0), seconds, voicing, noise, hz)


PHONEMES = {
    'IY': _vowel(270, 2290, 3010),
    'IH': _vowel(390, 1990, 2550, 0.08),
    'EH': _vowel(530, 1840, 2480),
    'AE': _vowel(660, 1720, 2410, 0.14),
    'AA': _vowel(730, 1090, 2440, 0.14),
    'AO': _vowel(570, 840, 2410, 0.14),
    'UH': _vowel(440, 1020, 2240, 0.08),
    'UW': _vowel(300, 870, 2240),
    'AH': _vowel(640, 1190, 2390, 0.08),
    'ER': _vowel(490, 1350, 1690),
    'L': Phoneme((360.0, 1000.0, 2800.0), 0.07, 0.6),
    'R': Phoneme((310.0, 1060.0, 1380.0), 0.07, 0.6),
    'W': Phoneme((290.0, 610.0, 2150.0), 0.07, 0.5),
    'Y': Phoneme((260.0, 2070.0, 3020.0), 0.06, 0.5),
    'M': Phoneme((270.0, 1100.0, 2200.0), 0.08, 0.3),
    'N': Phoneme((270.0, 1600.0, 2600.0), 0.07, 0.3),
    'NG': Phoneme((270.0, 2000.0, 2800.0), 0.08, 0.3),
    'S': _fricative(5800, 0.5),
    'SH': _fricative(3000, 0.6),
    'F': _fricative(6500, 0.25),
    'TH': _fricative(6500, 0.2),
    'H': Phoneme((500.0, 1500.0, 2500.0), 0.06, 0.0, 0.35, 1500.0),
    'Z': _fricative(5800, 0.25, 0.4, 0.08),
    'V': _fricative(6500, 0.1, 0.5, 0.06),
    'DH': _fricative(6500, 0.06, 0.5, 0.05),
    'P': _fricative(900, 0.3, seconds=0.05),
    'T': _fricative(4200, 0.4, seconds=0.05),
    'K': _fricative(2000, 0.4, seconds=0.06),
    'B': _fricative(900, 0.1, 0.3, 0.05),
    'D': _fricative(4200, 0.1, 0.3, 0.05),
    'G': _fricative(2000, 0.1, 0.3, 0.05),
    '_': Phoneme((500.0, 1500.0, 2500.0), PAUSE_S, 0.0),
}
VOWELS = {'IY', 'IH', 'EH', 'AE', 'AA', 'AO', 'UH', 'UW', 'AH', 'ER'}
STOPS = {'P', 'T', 'K', 'B', 'D', 'G'}

# The longest that fits comes first; '#' is the end of a word, '^' its beginning.
RULES = {
    '^i#': 'AA IY',
    '^this': 'DH IH S',
    '^the#': 'DH AH',
    '^th': 'TH',
    'ible#': 'IH B AH L',
    'eel': 'IY L',
    'ou': 'AA UH',
    'ow': 'OW',
    'ay': 'EH IY',
    'ee': 'IY',
    'ea': 'IY',
    'oo': 'UW',
    'eu': 'UW',
    'err': 'EH R',
    'er': 'ER',
    'sh': 'SH',
    'ch': 'T SH',
    'th': 'TH',
    'ng': 'NG',
    'wh': 'W',
    'ck': 'K',
    'ph': 'F',
    'qu': 'K W',
    'pp': 'P',
    'rr': 'R',
    'll': 'L',
    'ss': 'S',
    'tt': 'T',
    'is#': 'IH Z',
    'oday': 'UW D EH IY',
    'o#': 'OW',
    'y#': 'IY',
    'e#': '',
    'a': 'AE',
    'b': 'B',
    'c': 'K',
    'd': 'D',
    'e': 'EH',
    'f': 'F',
    'g': 'G',
    'h': 'H',
    'i': 'IH',
    'j': 'D SH',
    'k': 'K',
    'l': 'L',
    'm': 'M',
    'n': 'N',
    'o': 'AO',
    'p': 'P',
    'q': 'K',
    'r': 'R',
    's': 'S',
    't': 'T',
    'u': 'AH',
    'v': 'V',
    'w': 'W',
    'x': 'K S',
    'y': 'Y',
    'z': 'Z',
}


def speak(text: str, emotion: Emotion = Emotion.NEUTRAL, seed: int = 0) -> NDArray[np.int16]:
    """Return a sentence as mono sound at SAMPLE_RATE; of text without letters, no samples.

    The same arguments give the same samples.
    """
    phonemes = [PHONEMES[name] for name in to_phonemes(text)]
    if not phonemes:
        return np.zeros(0, np.int16)
    manner, rng = MANNERS.get(emotion, Manner()), np.random.default_rng(seed)
    frames = [max(round(p.seconds / manner.tempo * SAMPLE_RATE / HOP), 2) for p in phonemes]
    formants = smooth(np.repeat([p.formants for p in phonemes], frames, axis=0))
    voicing = smooth(np.repeat([p.voicing for p in phonemes], frames))
    noise = np.repeat([p.noise for p in phonemes], frames)
    noise_hz = np.repeat([p.noise_hz for p in phonemes], frames)
    pitch_hz = pitch_contour(voicing, manner, rng)
    sound = harmonics(pitch_hz, voicing, formants, manner.tilt)
    sound += shaped_noise(noise, noise_hz, rng)
    loudest = np.abs(sound).max()
    return np.asarray(sound / loudest * PEAK * manner.loudness * 32767).astype(np.int16)


def to_phonemes(text: str) -> list[str]:
    """Return the names of the phonemes of English text, '_' between words and before stops."""
    names: list[str] = []
    for word in re.findall(r"[a-z']+", text.lower()):
        for name in _word_phonemes(word.replace("'", '')):
            names += ['_', name] if name in STOPS and names and names[-1] != '_' else [name]
        names.append('_')
    return names


def _word_phonemes(word: str) -> Iterator[str]:
    marked, at = f'^{word}#', 0
    while at < len(marked):
        size = next((n for n in range(6, 0, -1) if marked[at : at + n] in RULES), 0)
        rule = RULES.get(marked[at : at + size], '')
        yield from rule.replace('OW', 'AO UW').split()
        at += max(size, 1)


def smooth(targets: Floats) -> Floats:
    """Return a moving average over time of [frames] or [frames, N]: the tongue is never sudden."""
    kernel = np.hanning(COARTICULATION + 2)[1:-1]
    kernel /= kernel.sum()
    columns = targets.reshape(len(targets), -1)
    padded = np.pad(columns, ((COARTICULATION // 2,) * 2, (0, 0)), mode='edge')
    smoothed = [np.convolve(column, kernel, mode='valid') for column in padded.T]
    return np.stack(smoothed, axis=1).reshape(targets.shape)


def pitch_contour(voicing: Floats, manner: Manner, rng: np.random.Generator) -> Floats:
    """Return the pitch of each frame (Hz): falling, raised with the voicing, never steady."""
    time = np.linspace(0.0, 1.0, len(voicing))
    accents = 0.12 * (voicing - voicing.mean()) + 0.06 * np.sin(2 * np.pi * 2.5 * time)
    wander = smooth(rng.normal(0.0, 0.03, len(voicing)))
    shape = manner.range * (0.12 * (0.5 - time) + accents) + wander
    return np.asarray(PITCH_HZ * manner.pitch * np.exp(shape))


def harmonics(pitch_hz: Floats, voicing: Floats, formants: Floats, tilt: float) -> Floats:
    """Return the voiced sound, HOP samples a frame: harmonics, shaped by the formants."""
    count = int(MAX_HZ / pitch_hz.min())
    number = np.arange(1, count + 1)
    hz = pitch_hz[:, None] * number
    level = voicing[:, None] * resonance(hz, formants) / number**tilt
    level[hz > MAX_HZ] = 0.0
    at = np.arange(len(pitch_hz) * HOP) / HOP
    frames = np.arange(len(pitch_hz))
    phase = 2 * np.pi * np.cumsum(np.interp(at, frames, pitch_hz)) / SAMPLE_RATE
    sound = np.zeros(len(at))
    for k in range(count):
        sound += np.interp(at, frames, level[:, k]) * np.sin(number[k] * phase)
    return sound


def resonance(hz: Floats, formants: Floats) -> Floats:
    """Return the gain of three resonators in a row at ``hz`` [frames, N]."""
    gain = np.ones(hz.shape)
    for i, bandwidth_hz in enumerate(BANDWIDTHS_HZ):
        centre = formants[:, i : i + 1]
        gain *= centre**2 / np.hypot(centre**2 - hz**2, hz * bandwidth_hz)
    return gain


def shaped_noise(level: Floats, centre_hz: Floats, rng: np.random.Generator) -> Floats:
    """Return noise around a frequency per frame, by overlapping windows."""
    size = 4 * HOP
    window = np.hanning(size)
    hz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    sound = np.zeros(len(level) * HOP + size)
    for i in np.flatnonzero(level):
        width = 0.35 * centre_hz[i]
        band = np.exp(-0.5 * ((hz - centre_hz[i]) / width) ** 2)
        spectrum = np.fft.rfft(window * rng.normal(0.0, 1.0, size)) * band * level[i]
        sound[i * HOP : i * HOP + size] += np.fft.irfft(spectrum, size) * window
    return sound[size // 2 :][: len(level) * HOP]
