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
from training import calibrate
from training.command import as_json, log, run
from training.voice.data import Clips, load_clips
from training.voice.noise import BABBLE, NOISES, make_noise, mix_at_snr

KINDS = (*NOISES, BABBLE)
CALIBRATION_SPLIT = 'val'


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


def figures(
    probabilities: NDArray[np.float64], clips: Clips, *, fitted_here: bool = False
) -> dict[str, Any]:
    """Every figure but the times; recalls are averaged over the classes that occur.

    ``fitted_here``: the temperature was fitted on these clips, so that the calibration error is
    taken with temperatures fitted on other folds.
    """
    predicted = probabilities.argmax(1)
    calibrated = probabilities
    if fitted_here:
        calibrated = calibrate.cross_fitted(np.log(np.maximum(probabilities, 1e-12)), clips.labels)
    table = metrics.confusion(clips.labels, predicted, len(EMOTIONS))
    corpora = {}
    for corpus in np.unique(clips.corpora):
        mine = clips.corpora == corpus
        of_corpus = metrics.confusion(clips.labels[mine], predicted[mine], len(EMOTIONS))
        corpora[str(corpus)] = {
            'n': int(mine.sum()),
            'uar': metrics.macro_recall(of_corpus),
            'accuracy': metrics.accuracy(of_corpus),
        }
    return {
        'n': len(clips),
        'accuracy': metrics.accuracy(table),
        'uar': metrics.macro_recall(table),
        'ece15': metrics.ece(calibrated.max(1), predicted == clips.labels),
        'nll': metrics.nll(probabilities, clips.labels),
        'corpora': corpora,
        'confusion': table.tolist(),
    }


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.voice.evaluate', description=__doc__)
    parser.add_argument(
        '--weights', type=Path, required=True, help='.onnx with its card beside it'
    )
    parser.add_argument('--data', type=Path, required=True, help='parquet file')
    parser.add_argument('--split', default='val', help='rows with this value in split')
    parser.add_argument('--snr-db', type=float, help='add noise at this distance from the speech')
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
    if args.snr_db is not None:
        clips = with_noise(clips, args.snr_db)
    probabilities, times = predict(model, clips)
    seconds = sum(len(clip) for clip in clips.samples) / SAMPLE_RATE
    is_fitted = args.split == CALIBRATION_SPLIT and args.snr_db is None
    result = figures(probabilities, clips, fitted_here=is_fitted)
    result['latency_ms_median'] = float(np.median(times) * 1e3)
    result['rtf'] = float(times.sum() / seconds)
    if not args.json:
        for corpus, values in result['corpora'].items():
            log(f'{corpus:10} n {values["n"]:4}  uar {values["uar"]:.3f}')
    print(as_json(result))


if __name__ == '__main__':
    run(main)
