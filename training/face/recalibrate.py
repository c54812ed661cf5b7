# SPDX-License-Identifier: MIT
"""Calibrate exported weights anew: ``python -m training.face.recalibrate --data D``.

Fits temperature and vector scaling on PublicTest and its mirror images, folds the scaling into the
last layer, and measures. The export ends with it.
"""

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ModelError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.classifier import FaceClassifier
from training import calibrate, card
from training.command import log, run
from training.face.data import Faces, load_faces
from training.face.evaluate import (
    CALIBRATION_SPLIT,
    VIEWS,
    calibration_of,
    cross_calibrated,
    figures_of,
    predict,
)

Floats = NDArray[np.floating]

WHY_SCALING = (
    'training leans towards the FER+ votes, which are neutral more often than the labels, and '
    'weights the classes; scale and bias of the logits, which fit the labels again, are part of '
    'the last layer'
)
REPORTED = ('accuracy', 'macro_f1', 'mean_class_accuracy', 'ece15', 'nll')


def recalibrate(weights: Path, data: Path) -> None:
    """Replace the calibration of ``weights`` (ONNX) and the figures on the card beside them."""
    model = FaceClassifier.load(str(weights))
    valid = load_faces(data, CALIBRATION_SPLIT)
    before = calibration_of(model.card) or calibrate.Calibration(model.card.outputs[0].temperature)
    plain, mirrored = (
        before.scores(np.maximum(predict(model, view), 1e-12))
        for view in VIEWS['flip'](valid.images)
    )
    found = calibrate.vector_scaling(np.concatenate([plain, mirrored]), np.tile(valid.labels, 2))
    part = weights.with_suffix('.part.onnx')
    onnx.save(with_scaling(onnx.load(weights), before, found), part)
    page = json.loads(weights.with_suffix('.json').read_text())
    page['outputs'][0]['temperature'] = round(found.temperature, 4)
    page['training']['calibrated_on'] = f'{CALIBRATION_SPLIT} and its mirror images'
    page['training']['vector_scaling'] = {
        'scale': by_emotion(found.scale),
        'bias': by_emotion(found.bias),
        'why': WHY_SCALING,
    }
    os.replace(part, weights)
    page |= {'sha256': card.file_sha256(weights), 'metrics': []}
    card.write_card(weights.with_suffix('.json'), page)
    refitted = calibrate.cross_fitted(
        plain, valid.labels, calibrate.vector_scaling, others=[mirrored]
    )
    page['metrics'] = measured(weights, data, valid, refitted)
    card.write_card(weights.with_suffix('.json'), page)


def with_scaling(
    model: onnx.ModelProto, before: calibrate.Calibration, after: calibrate.Calibration
) -> onnx.ModelProto:
    """``model`` whose last layer has the scaling ``after`` in place of ``before``."""
    layers = [node for node in model.graph.node if node.op_type == 'Gemm']
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    if not layers or not all(name in stored for name in layers[-1].input[1:3]):
        raise ModelError('no dense layer at the end, to fold the calibration into')
    weight, bias = (stored[name] for name in layers[-1].input[1:3])
    uncalibrated = (
        numpy_helper.to_array(weight) / np.reshape(before.scale, (-1, 1)),
        (numpy_helper.to_array(bias) - before.bias) / before.scale,
    )
    new_weight, new_bias = (values - values.mean(axis=0) for values in uncalibrated)
    new_weight = new_weight * np.reshape(after.scale, (-1, 1))
    new_bias = new_bias * after.scale + after.bias
    for tensor, values in ((weight, new_weight), (bias, new_bias)):
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float32), tensor.name))
    return model


def by_emotion(values: Floats | float) -> dict[str, float]:
    """Rounded values of a card by emotion."""
    every = np.round(np.broadcast_to(values, len(EMOTIONS)), 4)
    return dict(zip(EMOTIONS, every.tolist(), strict=True))


def measured(path: Path, data: Path, valid: Faces, refitted: Floats) -> list[dict[str, Any]]:
    """Figures for the card: those of the evaluate command, and accuracy by ``refitted``.

    ``refitted`` [N, 7] are the probabilities of each fold calibrated on the other folds.
    """
    model = FaceClassifier.load(str(path))
    split = f'{CALIBRATION_SPLIT} of {data.name}'
    evaluating = (
        f'python -m training.face.evaluate --weights emotion_ros/weights/{path.name} '
        f'--data {data.name} --usage {CALIBRATION_SPLIT}'
    )
    calibrating = f'python -m training.face.recalibrate --data {data.name}'
    rows = []
    for tta, where in (('none', split), ('flip', f'{split}, with the mirror image')):
        probabilities = predict(model, valid.images, tta)
        calibrated = cross_calibrated(probabilities, valid, model.card, CALIBRATION_SPLIT)
        figures = figures_of(probabilities, calibrated, valid.labels)
        option = '' if tta == 'none' else f' --tta {tta}'
        rows += [(name, figures[name], where, f'{evaluating}{option} --json') for name in REPORTED]
    accuracy = float((refitted.argmax(1) == valid.labels).mean())
    rows.append(('accuracy_cross_fitted', accuracy, split, calibrating))
    log({f'{name}, {where}': round(value, 4) for name, value, where, _ in rows})
    return [card.metric(name, value, len(valid), *about) for name, value, *about in rows]


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog='python -m training.face.recalibrate', description=__doc__
    )
    parser.add_argument('--weights', type=Path, default=packaged_weights() / 'face_emotion.onnx')
    parser.add_argument('--data', type=Path, required=True, help='parquet, csv or Kaggle folder')
    args = parser.parse_args(argv)
    recalibrate(args.weights, args.data)


if __name__ == '__main__':
    run(main)
