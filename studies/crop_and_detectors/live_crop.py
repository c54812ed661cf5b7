# SPDX-License-Identifier: MIT
"""Accuracy of the live path (detector and crop) against that on FER2013's own crops.

Enlarges faces of PublicTest, pastes them into frames of 640x480 and has the real pipeline find,
crop and classify them with the packaged weights. Prints the tables; ``--save`` writes them into
results/. Uses one thread.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from emotion_ros.errors import MissingDependency
from emotion_ros.files.resources import PACKAGED
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.crop import AS_IS, CROPS, FaceCrop
from emotion_ros.perception.face.detectors.factory import KINDS, make_detector
from studies.crop_and_detectors.crop_report import CropReport
from studies.crop_and_detectors.frames.corruption import CORRUPTIONS
from studies.crop_and_detectors.frames.synthetic_frames import load_public_test
from studies.crop_and_detectors.trials.crop_score import (
    Score,
    Sweep,
    Trials,
    joined,
    quality_bins,
    score,
    sweep,
)
from studies.crop_and_detectors.trials.pipeline_trials import TrialRunner
from studies.tables import as_csv, write_tables
from training.command import log, run
from training.face.data import Faces

RESULTS = Path(__file__).with_name('results')
SIDES = (48, 64, 96, 128, 160, 200)  # px
DEFAULT_WIDTH, WIDE = VisionConfig().detect_width, 640  # px, detect_width
CORRUPTED_SIDE = 128
SWEEP_SIDES = (96, 160)
FACTORS = (0.8, 0.9, 1.1, 1.2)  # times the scale in CROPS


def main() -> None:
    """Measure, print, save."""
    args = parse_arguments()
    cv2.setNumThreads(1)
    classifier = FaceClassifier.load(args.model, threads=1)
    report = measure(args.detector, classifier, args.faces)
    print(report.to_json() if args.json else '\n'.join(map(as_csv, report.tables().values())))
    if args.save:
        write_tables(RESULTS, report.tables())


def parse_arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--faces', type=int, default=300, help='how many, at each size')
    parser.add_argument('--detector', choices=KINDS[1:], default='yunet')
    parser.add_argument('--model', default=PACKAGED, help='the card of other weights')
    parser.add_argument('--json', action='store_true', help='print one JSON object instead')
    parser.add_argument('--save', action='store_true', help='write the tables into results/')
    args = parser.parse_args()
    if args.faces < 1:
        parser.error('--faces: at least 1')
    return args


def measure(kind: str, classifier: FaceClassifier, count: int) -> CropReport:
    """Run everything; other crops with every installed detector."""
    groups = dict(zip(SIDES, deal(load_public_test(), count, len(SIDES)), strict=True))
    runner = TrialRunner(make_detector(kind), classifier)
    sizes = run_sizes(runner, groups)
    bad = run_corrupted(runner, groups[CORRUPTED_SIDE])
    cameras = {'as it is': sizes[CORRUPTED_SIDE], **bad}
    others = {
        f'detect_width {WIDE}': TrialRunner(make_detector(kind, detect_width=WIDE), classifier),
        f'detect_width {DEFAULT_WIDTH}, plain grey around': TrialRunner(
            runner.detector, classifier, 'grey'
        ),
    }
    return CropReport(
        weights=classifier.card.sha256,
        detector=kind,
        faces=count,
        sizes={
            f'detect_width {DEFAULT_WIDTH}': score_sizes(sizes),
            **{name: score_sizes(run_sizes(other, groups)) for name, other in others.items()},
        },
        cameras={name: score(trials) for name, trials in cameras.items()},
        sweeps=dict(sweep_detectors(classifier, groups)),
        quality=quality_bins(joined([*sizes.values(), *bad.values()])),
    )


def deal(faces: Faces, count: int, hands: int) -> list[Faces]:
    """Return ``hands`` groups of ``count`` faces, starting again when all are dealt."""
    index = np.arange(count * hands) % len(faces)
    return [faces.take(hand) for hand in index.reshape(hands, count)]


def run_sizes(runner: TrialRunner, groups: Mapping[int, Faces]) -> dict[int, Trials]:
    """Run each group at its size."""
    log(f'{runner.detector.name}: {len(groups)} sizes')
    return {side: runner.run(faces, side) for side, faces in groups.items()}


def score_sizes(trials: Mapping[int, Trials]) -> dict[str, Score]:
    """Score each size, then all of them as one."""
    rows = {f'{side} px': score(trial) for side, trial in trials.items()}
    return {**rows, 'all': score(joined(list(trials.values())))}


def run_corrupted(runner: TrialRunner, faces: Faces) -> dict[str, Trials]:
    """Run the same faces with each corruption."""
    log(f'{runner.detector.name}: {len(CORRUPTIONS)} bad cameras')
    return {name: runner.run(faces, CORRUPTED_SIDE, bad) for name, bad in CORRUPTIONS.items()}


def sweep_detectors(
    classifier: FaceClassifier, groups: Mapping[int, Faces]
) -> Iterator[tuple[str, Sweep]]:
    """Yield the accuracy of each installed detector with other crops than its own."""
    for kind in KINDS[1:]:
        try:
            runner = TrialRunner(make_detector(kind), classifier)
        except MissingDependency as missing:
            log(missing)
            continue
        log(f'{kind}: other crops')
        crops = crops_around(CROPS[kind])
        parts = [runner.crop(groups[side], side, crops) for side in SWEEP_SIDES]
        yield kind, sweep(parts, shown=sum(len(groups[side]) for side in SWEEP_SIDES))


def crops_around(crop: FaceCrop) -> dict[str, FaceCrop]:
    """Return the crop itself, the bare box, and the crop in other sizes."""
    others = {f'× {factor}': replace(crop, scale=factor * crop.scale) for factor in FACTORS}
    return {'CROPS': crop, 'box as it is': AS_IS, **others}


if __name__ == '__main__':
    run(main)
