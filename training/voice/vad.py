# SPDX-License-Identifier: MIT
"""Compare voice activity detectors: ``python -m training.voice.vad --data FILE.parquet``.

Clips of the clean corpora in a second of noise before and after, and synthetic sounds that are
not speech. Prints CSV, a row per detector, sound and distance of speech and noise.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.files.resources import PACKAGED
from emotion_ros.perception.voice.activity import (
    FRAME,
    KINDS,
    SpeechDetector,
    make_speech_detector,
)
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples
from emotion_ros.perception.voice.pipeline import make_voice_pipeline
from emotion_ros.perception.voice.segmenter import BEGIN_PROBABILITY
from training.command import log, run
from training.voice.data import Clips, load_clips
from training.voice.noise import BABBLE, NOISES, NOT_SPEECH, make_noise, normalised

CLEAN = ('ravdess', 'emodb')
SPEECH_RANGE_DB = 30.0
"""Frames of a clean clip within this range of its loud ones (95 %) count as speech."""
NOISE_DB = (30.0, 20.0, 10.0, 5.0, 0.0)
LEVEL = 0.05
COLUMNS = (
    'vad',
    'sound',
    'snr_db',
    'speech_found',
    'other_taken_for_speech',
    'clips_missed',
    'rejected',
    'emotions',
)
SECONDS = 75  # of each sound: ten minutes of all
CHUNK = SAMPLE_RATE // 10


def in_noise(
    clip: Samples, kind: str, snr_db: float, rng: np.random.Generator, clips: list[Samples]
) -> tuple[Samples, NDArray[np.bool_]]:
    """A clip in noise, a second before and after it, and which of its frames are speech."""
    silence = np.zeros(SAMPLE_RATE, np.float32)
    clean = np.concatenate([silence, LEVEL * normalised(clip), silence])
    clean = clean[: len(clean) // FRAME * FRAME]
    noise = make_noise(kind, len(clean), rng, clips)
    level_db = 10 * np.log10((clean.reshape(-1, FRAME) ** 2).mean(1) + 1e-12)
    is_speech = level_db > np.quantile(level_db, 0.95) - SPEECH_RANGE_DB
    return clean + noise * np.float32(LEVEL * 10 ** (-snr_db / 20)), is_speech


def probabilities(detector: SpeechDetector, sound: Samples) -> NDArray[np.float64]:
    """The probability of speech in each frame [frames] of a new stream."""
    detector.reset()
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    return np.array([detector.probability(frame) for frame in frames])


def speech_rows(kind: str, clips: Clips) -> Iterator[dict[str, object]]:
    """Rows on speech in noise: which share of speech, and of the rest, is taken for speech."""
    detector = make_speech_detector(kind)
    for snr_db in NOISE_DB:
        rng = np.random.default_rng(0)
        found: list[NDArray[np.bool_]] = []
        true: list[NDArray[np.bool_]] = []
        for i, clip in enumerate(clips.samples):
            noise = (*NOISES, BABBLE)[i % 4]
            sound, is_speech = in_noise(clip, noise, snr_db, rng, clips.samples)
            found.append(probabilities(detector, sound) >= BEGIN_PROBABILITY)
            true.append(is_speech)
        hits, speech = np.concatenate(found), np.concatenate(true)
        missed = sum(not (f & t).any() for f, t in zip(found, true, strict=True))
        yield {
            'vad': kind,
            'sound': 'speech',
            'snr_db': snr_db,
            'speech_found': f'{hits[speech].mean():.3f}',
            'other_taken_for_speech': f'{hits[~speech].mean():.3f}',
            'clips_missed': f'{missed / len(clips):.3f}',
        }


def other_rows(kind: str, weights: str) -> Iterator[dict[str, object]]:
    """Rows on sounds that are not speech: the share of time in a segment, and what came of it.

    ``rejected`` are the segments that the network takes for no speech, ``emotions`` the others.
    """
    config = VoiceConfig(voice_model=weights, vad=kind)
    for name, make in NOT_SPEECH.items():
        pipeline = make_voice_pipeline(config)
        sound = np.float32(LEVEL) * make(SECONDS * SAMPLE_RATE, np.random.default_rng(99))
        speaking, reports = [], []
        for start in range(0, len(sound), CHUNK):
            reports += pipeline.process(sound[start : start + CHUNK], start / SAMPLE_RATE)
            speaking.append(pipeline.activity.speaking)
        rejected = sum(bool(report.reason) for report in reports)
        yield {
            'vad': kind,
            'sound': name,
            'other_taken_for_speech': f'{np.mean(speaking):.3f}',
            'rejected': rejected,
            'emotions': len(reports) - rejected,
        }


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.voice.vad', description=__doc__)
    parser.add_argument('--data', type=Path, required=True, help='parquet file')
    parser.add_argument('--weights', default=PACKAGED, help='packaged, or the path of a card')
    parser.add_argument('--split', default='val', help='rows with this value in split')
    parser.add_argument('--every', type=int, default=4, help='use each n-th clip only')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    clips = load_clips(args.data, args.split)
    clean_clips = clips.take(np.flatnonzero(np.isin(clips.corpora, CLEAN))[:: args.every])
    writer = csv.DictWriter(sys.stdout, COLUMNS)
    writer.writeheader()
    for kind in KINDS[1:]:
        log(kind)
        writer.writerows(speech_rows(kind, clean_clips))
        writer.writerows(other_rows(kind, args.weights))


if __name__ == '__main__':
    run(main)
