# SPDX-License-Identifier: MIT
"""Evaluate a voice model: ``python -m training.voice.evaluate --weights W --data D --json``.

Needs no torch: the model runs as on the robot, from its card, one clip at a time.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError
from emotion_ros.perception.voice.classifier import VoiceClassifier
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE
from emotion_ros.sessions import metrics
from training import groups
from training.command import as_json, log, run
from training.voice.data import Clips, load_clips
from training.voice.noise import BABBLE, NOISES, make_noise, mix_at_snr

KINDS = (*NOISES, BABBLE)
DRAWS = 1000
LEVEL = (0.025, 0.975)


def with_noise(clips: Clips, snr_db: float) -> Clips:
    """The clips with white, pink, motor noise and babble in turn, always the same."""
    rng = np.random.default_rng(0)
    noisy = [
        mix_at_snr(clip, make_noise(KINDS[i % len(KINDS)], len(clip), rng, clips.samples), snr_db)
        for i, clip in enumerate(clips.samples)
    ]
    return Clips(noisy, clips.labels, clips.corpora, clips.speakers)


def predict(
    model: VoiceClassifier, clips: Clips
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probabilities [N, 7] and the time for each clip [N] in seconds, spectrogram included."""
    probabilities, times = [], []
    for i, clip in enumerate(clips.samples):
        begun = time.perf_counter()
        probabilities.append(model.classify(clip).emotion)
        times.append(time.perf_counter() - begun)
        if i % 20 == 19:
            log(f'\r{i + 1}/{len(clips)}', end='')
    log()
    return np.array(probabilities), np.array(times)


def figures(probabilities: NDArray[np.float64], clips: Clips) -> dict[str, Any]:
    """Every figure but the times; recalls are averaged over the classes that occur."""
    predicted = probabilities.argmax(1)
    table = metrics.confusion(clips.labels, predicted, len(EMOTIONS))
    corpora = {
        str(corpus): {'n': int(mine.sum())} | recall(clips.labels[mine], predicted[mine])
        for corpus in np.unique(clips.corpora)
        for mine in [clips.corpora == corpus]
    }
    return {
        'n': len(clips),
        **recall(clips.labels, predicted),
        'ece15': metrics.ece(probabilities.max(1), predicted == clips.labels),
        'ece15_by_chance': ece_by_chance(probabilities.max(1)),
        'nll': metrics.nll(probabilities, clips.labels),
        'corpora': corpora,
        'confusion': table.tolist(),
    }


def ece_by_chance(confidence: NDArray[np.float64]) -> tuple[float, float, float]:
    """ECE that perfect confidences [N] would have on so few clips: mean and 95 % interval."""
    rng = np.random.default_rng(0)
    drawn = rng.random((DRAWS, len(confidence))) < confidence
    found = [metrics.ece(confidence, correct) for correct in drawn]
    low, high = np.quantile(found, LEVEL)
    return float(np.mean(found)), float(low), float(high)


def recall(labels: NDArray[np.int64], predicted: NDArray[np.int64]) -> dict[str, float]:
    """UAR with its 95 % interval, and accuracy.

    The interval draws the clips of each class anew. That speakers are few makes it wider still.
    """
    table = metrics.confusion(labels, predicted, len(EMOTIONS))
    rng = np.random.default_rng(0)
    found = np.flatnonzero(table.sum(axis=1))
    size = table.sum(axis=1)[found]
    drawn = rng.binomial(size, np.diag(table)[found] / size, (DRAWS, len(found))) / size
    low, high = np.quantile(drawn.mean(axis=1), LEVEL)
    return {
        'uar': metrics.macro_recall(table),
        'uar_low': float(low),
        'uar_high': float(high),
        'accuracy': metrics.accuracy(table),
    }


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.voice.evaluate', description=__doc__)
    parser.add_argument(
        '--weights', type=Path, required=True, help='.onnx with its card beside it'
    )
    parser.add_argument(
        '--data', type=Path, required=True, help='parquet file, or folder of sounds'
    )
    parser.add_argument('--split', default='val', help='rows with this value in split')
    parser.add_argument('--snr-db', type=float, help='add noise at this distance from the speech')
    groups.add_option(parser)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--json', action='store_true', help='print one JSON object only')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    if args.snr_db is not None and not np.isfinite(args.snr_db):
        raise ConfigError(f'--snr-db {args.snr_db}: not a finite number')
    model = VoiceClassifier.load(str(args.weights), threads=args.threads)
    clips = load_clips(args.data, args.split)
    names = {'speaker': clips.speakers.tolist()}
    of = groups.read_groups(args.by, len(clips), names) if args.by else {}
    if args.snr_db is not None:
        clips = with_noise(clips, args.snr_db)
    probabilities, times = predict(model, clips)
    seconds = sum(len(clip) for clip in clips.samples) / SAMPLE_RATE
    result = figures(probabilities, clips)
    if of:
        predicted = probabilities.argmax(1)
        result['by'] = groups.figures_by(
            of, clips.labels, predicted, len(EMOTIONS), metrics.macro_recall
        )
    result['latency_ms_median'] = float(np.median(times) * 1e3)
    result['rtf'] = float(times.sum() / seconds)
    if not args.json:
        for corpus, values in result['corpora'].items():
            interval = f'{values["uar_low"]:.3f} to {values["uar_high"]:.3f}'
            log(f'{corpus:10} n {values["n"]:4}  uar {values["uar"]:.3f} ({interval})')
    print(as_json(result))


if __name__ == '__main__':
    run(main)
