# SPDX-License-Identifier: MIT
"""How many faces are found, and how many of them are classified correctly?

``python -m studies.crop_and_detectors.found_and_right --json``: FER2013 PublicTest faces
(``$EMOTION_ROS_DATA``) pasted into frames of 640x480, by size and by what happened to
the frame. The real pipeline, both views of a face, one thread. ``--save`` writes
results/found_and_right.csv, ``--card`` the figures on the card of the weights.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from math import nan
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from emotion_ros.files.resources import PACKAGED, packaged_weights
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.detectors.factory import KINDS, make_detector
from emotion_ros.sessions.scores import wilson
from studies.crop_and_detectors.frames.conditions import CONDITIONS
from studies.crop_and_detectors.frames.synthetic_frames import load_public_test, paste
from studies.crop_and_detectors.trials.pipeline_trials import TrialRunner
from studies.tables import as_csv, without_nan, write_tables
from training.card import metric, replace_metrics
from training.command import log, run
from training.face.data import Faces

RESULTS = Path(__file__).with_name('results')
SIDES = (24, 32, 48, 64, 96, 128, 160, 200)  # px
CONDITION_SIDES = (128,)
COMMAND = 'python -m studies.crop_and_detectors.found_and_right'


@dataclass(frozen=True)
class Row:
    """Counts: faces shown, found, and of these classified correctly."""

    condition: str
    side: int
    faces: int
    found: int
    right: int

    @property
    def shares(self) -> dict[str, tuple[float, float, float]]:
        """Shares with their 95 % intervals: found, right of the found, found and right of all."""
        of = {
            'found': (self.found, self.faces),
            'right': (self.right, self.found),
            'found_and_right': (self.right, self.faces),
        }
        return {name: (hits / n if n else nan, *wilson(hits, n)) for name, (hits, n) in of.items()}


def measure(
    runner: TrialRunner,
    faces: Sequence[Faces],
    condition: str,
    side: int,
    surround: str = 'border',
) -> Row:
    """Show the faces of each seed, ``side`` px large, under a condition."""
    found = right = 0
    for seed, group in enumerate(faces):
        place, grain = np.random.default_rng([side, seed]).spawn(2)
        for image, label in zip(group.images, group.labels, strict=True):
            pasted = paste(image, side, place, surround)
            seen = runner.observe(CONDITIONS[condition](pasted, grain))
            if np.isnan(seen.quality):
                continue
            found += 1
            right += int(np.argmax(seen.probabilities) == label)
    return Row(condition, side, sum(map(len, faces)), found, right)


def rows(
    runner: TrialRunner, faces: Sequence[Faces], sides: Sequence[int], at: Sequence[int]
) -> Iterator[Row]:
    """Yield ``sides`` as they are, then each condition at the sizes ``at``."""
    first = next(iter(CONDITIONS))
    plan = [(first, side) for side in sides]
    plan += [(name, side) for side in at for name in CONDITIONS if (name, side) not in plan]
    for condition, side in plan:
        row = measure(runner, faces, condition, side)
        log(f'{condition}, {side} px: {row.found} found, {row.right} right of {row.faces}')
        yield row


def table(measured: Sequence[Row]) -> list[tuple[object, ...]]:
    """Return the rows with their header."""
    names = ('found', 'right', 'found_and_right')
    header = [name + end for name in names for end in ('', '_low', '_high')]
    cells = [
        (row.condition, f'{row.side} px', row.faces, *chain.from_iterable(row.shares.values()))
        for row in measured
    ]
    return [('condition', 'size', 'faces', *header), *cells]


def metrics_of(measured: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the shares found and right as a card holds them."""
    first, *_ = CONDITIONS
    return [
        metric(
            f'{row.side} px' if row.condition == first else f'{row.condition}, {row.side} px',
            row.right / row.faces,
            row.faces,
            'found and right, PublicTest faces in 640x480',
            COMMAND,
        )
        for row in measured
    ]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(
        prog=COMMAND, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--faces', type=int, default=100, help='how many per seed')
    parser.add_argument('--seeds', type=int, default=3, help='0, 1, ...: other faces and places')
    parser.add_argument('--sizes', type=int, nargs='+', default=SIDES, help='px, as they are')
    parser.add_argument(
        '--condition-sizes', type=int, nargs='*', default=CONDITION_SIDES, help='px'
    )
    parser.add_argument('--detector', choices=KINDS, default='auto')
    parser.add_argument('--model', default=PACKAGED, help='the card of other weights')
    parser.add_argument('--json', action='store_true', help='print one JSON object instead')
    parser.add_argument('--save', action='store_true', help='write results/found_and_right.csv')
    parser.add_argument('--card', action='store_true', help='write the packaged card')
    args = parser.parse_args(argv)
    if min(args.faces, args.seeds, *args.sizes, *args.condition_sizes) < 1:
        parser.error('--faces, --seeds and sizes: at least 1')
    cv2.setNumThreads(1)
    classifier = FaceClassifier.load(args.model, threads=1)
    runner = TrialRunner(make_detector(args.detector), classifier)
    faces = [load_public_test(args.faces, seed) for seed in range(args.seeds)]
    measured = list(rows(runner, faces, args.sizes, args.condition_sizes))
    about = {
        'weights': classifier.card.sha256,
        'detector': runner.detector.name,
        'seeds': args.seeds,
        'rows': [asdict(row) | row.shares for row in measured],
    }
    cells = table(measured)
    print(json.dumps(without_nan(about)) if args.json else as_csv(cells).rstrip())
    if args.save:
        write_tables(RESULTS, {'found_and_right': cells})
    if args.card:
        card = packaged_weights() / 'face_emotion.json'
        replace_metrics(card, metrics_of(measured), COMMAND)


if __name__ == '__main__':
    run(main)
