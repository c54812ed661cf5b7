"""Measure a face model: ``python -m training.face.evaluate --weights W --data D --json``.

Needs no torch: the model runs as it does on the robot, from its card.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.inference.face_classifier import FaceClassifier
from training import calibrate, metrics
from training.command import as_json, log, run
from training.face.data import SIDE, USAGES, Faces, load_faces

Images = NDArray[np.uint8]
CALIBRATION_SPLIT = 'PublicTest'
CROP_SIDE = 44
LATENCY_RUNS = 200


def single(images: Images) -> list[Images]:
    """The images as they are."""
    return [images]


def flip(images: Images) -> list[Images]:
    """The images and their mirror images."""
    return [images, images[:, :, ::-1]]


def tencrop(images: Images) -> list[Images]:
    """Four corners and the centre of 44 px, enlarged to 48 px, each also mirrored."""
    edge = SIDE - CROP_SIDE
    corners = [(0, 0), (0, edge), (edge, 0), (edge, edge), (edge // 2, edge // 2)]
    cuts = [_enlarge(images[:, y : y + CROP_SIDE, x : x + CROP_SIDE]) for y, x in corners]
    return [view for cut in cuts for view in flip(cut)]


VIEWS: dict[str, Callable[[Images], list[Images]]] = {
    'none': single,
    'flip': flip,
    'tencrop': tencrop,
}


def _enlarge(images: Images) -> Images:
    return np.stack([cv2.resize(i, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) for i in images])


def beliefs(model: FaceClassifier, images: Images, tta: str = 'none') -> NDArray[np.float64]:
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


def evaluate(
    model: FaceClassifier, faces: Faces, *, fitted_here: bool, tta: str = 'none'
) -> dict[str, Any]:
    """Every figure of the evaluate command.

    ``fitted_here``: the temperature was fitted on these faces, so that the calibration error
    is taken with temperatures fitted on other folds.
    """
    probabilities = beliefs(model, faces.images, tta)
    table = metrics.confusion(faces.labels, probabilities.argmax(1), len(EMOTIONS))
    judged = probabilities
    if fitted_here:
        judged = calibrate.cross_fitted(np.log(np.maximum(probabilities, 1e-12)), faces.labels)
    return {
        'n': len(faces),
        'accuracy': metrics.accuracy(table),
        'macro_f1': metrics.macro_f1(table),
        'mean_class_accuracy': metrics.macro_recall(table),
        'ece15': metrics.ece(judged.max(1), judged.argmax(1) == faces.labels),
        'nll': metrics.nll(probabilities, faces.labels),
        'confusion': table.tolist(),
        'latency_ms_median': median_latency_ms(model, faces.images),
    }


def class_table(confusion: list[list[int]]) -> str:
    """Recall, F1 and count of each class, for people."""
    table = np.array(confusion)
    recall, f1 = metrics.class_recall(table), metrics.class_f1(table)
    rows = [
        f'{name:<9} recall {recall[i]:.3f}  f1 {f1[i]:.3f}  n {table[i].sum()}'
        for i, name in enumerate(EMOTIONS)
    ]
    return '\n'.join(rows)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.face.evaluate', description=__doc__)
    parser.add_argument(
        '--weights', type=Path, required=True, help='.onnx with its card beside it'
    )
    parser.add_argument('--data', type=Path, required=True, help='parquet, csv or Kaggle folder')
    parser.add_argument('--usage', choices=USAGES, default='PublicTest')
    parser.add_argument('--tta', choices=VIEWS, default='none')
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--json', action='store_true', help='print one JSON object only')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    model = FaceClassifier.load(str(args.weights), threads=args.threads)
    faces = load_faces(args.data, args.usage)
    figures = evaluate(model, faces, fitted_here=args.usage == CALIBRATION_SPLIT, tta=args.tta)
    if not args.json:
        log(class_table(figures['confusion']))
    print(as_json(figures))


if __name__ == '__main__':
    run(main)
