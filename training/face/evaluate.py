# SPDX-License-Identifier: MIT
"""Evaluate a face model: ``python -m training.face.evaluate --weights W --data D --json``.

Needs no torch: the model runs as on the robot, from its card.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.models.card import ModelCard
from emotion_ros.sessions import metrics
from training import calibrate, groups
from training.command import as_json, log, run
from training.face.data import SIDE, USAGES, Faces, load_faces
from training.face.duplicates import near_duplicates
from training.face.report import class_table, write_report

Images = NDArray[np.uint8]
CALIBRATION_SPLIT = 'PublicTest'
CROP_SIDE = 44
LATENCY_RUNS = 200


def flip(images: Images) -> list[Images]:
    """The images and their mirror images."""
    return [images, images[:, :, ::-1]]


def tencrop(images: Images) -> list[Images]:
    """Four corners and the centre of 44 px, enlarged to 48 px, each also mirrored."""
    edge = SIDE - CROP_SIDE
    views = []
    for y, x in ((0, 0), (0, edge), (edge, 0), (edge, edge), (edge // 2, edge // 2)):
        cuts = images[:, y : y + CROP_SIDE, x : x + CROP_SIDE]
        enlarged = [cv2.resize(c, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) for c in cuts]
        views += flip(np.stack(enlarged))
    return views


VIEWS: dict[str, Callable[[Images], list[Images]]] = {
    'none': lambda images: [images],
    'flip': flip,
    'tencrop': tencrop,
}


class Classifier(Protocol):
    """A classifier of faces uint8 [N, 48, 48]: a FaceClassifier or Teachers."""

    def classify(self, crops: Images, /) -> NDArray[np.float64]:
        """Probabilities [N, 7]."""
        ...


def predict(model: Classifier, images: Images, tta: str = 'none') -> NDArray[np.float64]:
    """Probabilities [N, 7], averaged over the views of ``tta``."""
    parts = []
    for start in range(0, len(images), 256):
        views = VIEWS[tta](images[start : start + 256])
        parts.append(np.mean([model.classify(view) for view in views], axis=0))
        log(f'\r{start + len(parts[-1])}/{len(images)}', end='')
    log()
    return np.concatenate(parts)


def median_latency_ms(model: FaceClassifier, images: Images) -> float:
    """Median time of one face at a time, after ten to warm up."""
    times = []
    for i in range(LATENCY_RUNS + 10):
        begun = time.perf_counter()
        model.classify(images[i % len(images)][None])
        times.append(time.perf_counter() - begun)
    return float(np.median(times[10:]) * 1e3)


def cross_calibrated(
    probabilities: NDArray[np.float64], faces: Faces, card: ModelCard, usage: str
) -> NDArray[np.float64]:
    """Probabilities for the calibration error: refitted on other folds on the calibration split.

    What was fitted is undone first, as the card says. Probabilities of another split pass.
    """
    if usage != CALIBRATION_SPLIT:
        return probabilities
    fitted = calibration_of(card)
    fit = calibrate.temperature_only if fitted is None else calibrate.vector_scaling
    known = fitted or calibrate.Calibration(1.0)
    scores = known.scores(np.maximum(probabilities, 1e-12))
    return calibrate.cross_fitted(scores, faces.labels, fit)


def calibration_of(card: ModelCard) -> calibrate.Calibration | None:
    """The vector scaling that is part of the weights of ``card``; None of one without."""
    entry = card.training.get('vector_scaling')
    if not isinstance(entry, dict):
        return None
    bias, scale = (np.array([entry[key][name] for name in EMOTIONS]) for key in ('bias', 'scale'))
    return calibrate.Calibration(card.outputs[0].temperature, bias, scale)


def figures_of(
    probabilities: NDArray[np.float64],
    calibrated: NDArray[np.float64],
    labels: NDArray[np.integer],
) -> dict[str, Any]:
    """Every figure but the latency; the calibration error is that of ``calibrated``."""
    table = metrics.confusion(labels, probabilities.argmax(1), len(EMOTIONS))
    return {
        'n': len(labels),
        'accuracy': metrics.accuracy(table),
        'macro_f1': metrics.macro_f1(table),
        'mean_class_accuracy': metrics.macro_recall(table),
        'ece15': metrics.ece(calibrated.max(1), calibrated.argmax(1) == labels),
        'nll': metrics.nll(probabilities, labels),
        'confusion': table.tolist(),
    }


def unseen(faces: Faces, data: Path) -> Faces:
    """Leave out near-duplicates of the training faces of the same file or folder."""
    known = near_duplicates(faces.images, load_faces(data, 'Training').images)
    log(f'{known.sum()} of {len(faces)} faces nearly equal a training face: left out')
    if known.all():
        raise ConfigError(f'{data}: no face differs from the training faces')
    return faces.take(np.flatnonzero(~known))


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.face.evaluate', description=__doc__)
    parser.add_argument(
        '--weights', type=Path, required=True, help='.onnx with its card beside it'
    )
    parser.add_argument('--data', type=Path, required=True, help='parquet, csv or Kaggle folder')
    parser.add_argument('--usage', choices=USAGES, default='PublicTest')
    parser.add_argument('--tta', choices=VIEWS, default='none')
    parser.add_argument(
        '--without-duplicates', action='store_true', help='leave out near-copies of Training faces'
    )
    parser.add_argument('--report', type=Path, help='folder for pictures, table and JSON')
    groups.add_option(parser)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--json', action='store_true', help='print one JSON object only')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    model = FaceClassifier.load(str(args.weights), threads=args.threads)
    faces = load_faces(args.data, args.usage)
    if args.by and args.without_duplicates:
        raise ConfigError('--by is for all faces of the split: leave out --without-duplicates')
    of: groups.Groups = {}
    if args.by:
        names = groups.names_in(args.data, 'name', 'usage', args.usage)
        of = groups.read_groups(args.by, len(faces), names)
    if args.without_duplicates:
        faces = unseen(faces, args.data)
    probabilities = predict(model, faces.images, args.tta)
    calibrated = cross_calibrated(probabilities, faces, model.card, args.usage)
    figures = figures_of(probabilities, calibrated, faces.labels)
    if of:
        predicted = probabilities.argmax(1)
        figures['by'] = groups.figures_by(
            of, faces.labels, predicted, len(EMOTIONS), metrics.accuracy
        )
    figures['latency_ms_median'] = median_latency_ms(model, faces.images)
    if args.report:
        title = f'{args.weights.name} on {len(faces)} faces of FER2013 {args.usage}'
        write_report(args.report, figures, calibrated, faces.labels, title)
    if not args.json:
        log(class_table(np.array(figures['confusion'])))
    print(as_json(figures))


if __name__ == '__main__':
    run(main)
