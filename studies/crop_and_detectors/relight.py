# SPDX-License-Identifier: MIT
"""What do light and contrast do to the emotions of faces?

``python -m studies.crop_and_detectors.relight --json``: FER2013 PublicTest faces
(``$EMOTION_ROS_DATA``) in other light, brightened and classified in both views as the node does,
and as they are, in thirds by mean grey and by contrast. ``--save`` writes results/relight.csv,
``--card`` the thirds on the packaged card.

Skin tones are not measured: in FER2013's grey pictures dark skin and little light look the same.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from emotion_ros.files.resources import PACKAGED, packaged_weights
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.crop import brighten
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.sessions.scores import wilson
from studies.crop_and_detectors.frames.synthetic_frames import load_public_test
from studies.crop_and_detectors.trials.crop_score import Bools, paired_gap
from studies.tables import as_csv, without_nan, write_tables
from training.card import metric, replace_metrics
from training.command import log, run
from training.face.data import SIDE
from training.face.evaluate import predict

RESULTS = Path(__file__).with_name('results')
COMMAND = 'python -m studies.crop_and_detectors.relight'
THIRDS = {'mean grey': ('dark', 'medium', 'bright'), 'contrast': ('flat', 'medium', 'strong')}
Relight = Callable[[ImageArray], ImageArray]
"""Returns grey faces uint8 [N, 48, 48] in another light."""


def gain(factor: float) -> Relight:
    """Multiply, as a longer or shorter exposure does, and clip."""
    return lambda images: _to_bytes(images * np.float32(factor))


def gamma(power: float) -> Relight:
    """Raise the share of white to a power: above 1 the middle gets darker."""
    return lambda images: _to_bytes(255 * (images / np.float32(255)) ** power)


def contrast(factor: float) -> Relight:
    """Stretch or compress around the mean of each face."""

    def apply(images: ImageArray) -> ImageArray:
        mean = images.mean(axis=(1, 2), keepdims=True, dtype=np.float32)
        return _to_bytes(mean + factor * (images - mean))

    return apply


def side_light(ratio: float, *, above: bool = False) -> Relight:
    """Light one side ``ratio`` times as much as the other: the left one, or from above."""
    ramp = np.geomspace(1, 1 / ratio, SIDE, dtype=np.float32)
    light = np.tile(ramp / ramp.mean(), (SIDE, 1))
    return lambda images: _to_bytes(images * (light.T if above else light))


LIGHTS: dict[str, Relight] = {
    'as it is': lambda images: images,
    'gain 2': gain(2.0),
    'gain 1/2': gain(0.5),
    'gain 1/4': gain(0.25),
    'gain 1/10': gain(0.1),
    'gamma 0.5': gamma(0.5),
    'gamma 2': gamma(2.0),
    'contrast 1/2': contrast(0.5),
    'contrast 1/4': contrast(0.25),
    'contrast 1.5': contrast(1.5),
    'side light 4:1': side_light(4.0),
    'side light 10:1': side_light(10.0),
    'light from above 4:1': side_light(4.0, above=True),
}


@dataclass(frozen=True)
class Row:
    """Which of N faces were classified correctly, and which of them as they are."""

    light: str
    right: Bools
    before: Bools | None = None

    def cells(self) -> dict[str, Any]:
        """Return accuracy with its 95 % interval, and the difference to the faces as they are."""
        hits, count = int(self.right.sum()), len(self.right)
        low, high = wilson(hits, count)
        cells = {'light': self.light, 'faces': count, 'accuracy': hits / max(count, 1)}
        cells |= {'accuracy_low': low, 'accuracy_high': high}
        if self.before is None:
            return cells | {'difference': None, 'difference_95': None}
        gap = paired_gap(self.right, self.before)
        return cells | {'difference': gap.mean, 'difference_95': gap.half}


def measure(classifier: FaceClassifier, count: int) -> tuple[list[Row], list[Row]]:
    """Return a row per light, and a row per third of the faces as they are."""
    faces = load_public_test(count)
    rows: list[Row] = []
    for name, relight in LIGHTS.items():
        log(name)
        images = np.stack([brighten(image) for image in relight(faces.images)])
        right = predict(classifier, images, 'flip').argmax(axis=1) == faces.labels
        rows.append(Row(name, right, rows[0].right if rows else None))
    return rows, thirds(faces.images, rows[0].right)


def thirds(images: ImageArray, right: Bools) -> list[Row]:
    """Return the darkest, medium and brightest third, and the same by contrast."""
    values: Mapping[str, Any] = {
        'mean grey': images.mean(axis=(1, 2)),
        'contrast': images.std(axis=(1, 2)),
    }
    return [
        Row(f'{by}: {name} third', right[part])
        for by, names in THIRDS.items()
        for name, part in zip(names, np.array_split(np.argsort(values[by]), 3), strict=True)
    ]


def metrics_of(measured: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the accuracies as a card holds them."""
    split = 'accuracy by light of PublicTest faces, both views'
    return [
        metric(row.light, row.cells()['accuracy'], len(row.right), split, COMMAND)
        for row in measured
    ]


def _to_bytes(values: Any) -> ImageArray:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(
        prog=COMMAND, description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--faces', type=int, default=1500, help='how many')
    parser.add_argument('--model', default=PACKAGED, help='the card of other weights')
    parser.add_argument('--json', action='store_true', help='print one JSON object instead')
    parser.add_argument('--save', action='store_true', help='write results/relight.csv')
    parser.add_argument('--card', action='store_true', help='write the packaged card')
    args = parser.parse_args(argv)
    if args.faces < 3:
        parser.error('--faces: at least 3')
    cv2.setNumThreads(1)
    classifier = FaceClassifier.load(args.model, threads=1)
    lights, groups = measure(classifier, args.faces)
    cells = [row.cells() for row in (*lights, *groups)]
    table = [tuple(cells[0]), *(tuple(row.values()) for row in cells)]
    about = {'weights': classifier.card.sha256, 'rows': cells}
    print(json.dumps(without_nan(about)) if args.json else as_csv(table).rstrip())
    if args.save:
        write_tables(RESULTS, {'relight': table})
    if args.card:
        card = packaged_weights() / 'face_emotion.json'
        replace_metrics(card, metrics_of(groups), COMMAND)


if __name__ == '__main__':
    run(main)
