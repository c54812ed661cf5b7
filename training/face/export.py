# SPDX-License-Identifier: MIT
"""Checkpoint to packaged weights: ``python -m training.face.export --checkpoint C --data D``.

Fits temperature and class biases on PublicTest, folds the biases into the last layer, writes the
ONNX file and its card, and fails unless ONNX Runtime and torch agree on real faces.
"""

import argparse
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.models.onnx_session import open_session
from training import calibrate, card, checkpoint
from training.command import log, run
from training.config import command_line, restore
from training.face.augment import Augmentation
from training.face.config import TrainConfig
from training.face.data import SIDE, Faces, load_faces
from training.face.evaluate import (
    CALIBRATION_SPLIT,
    calibration_fit,
    cross_calibrated,
    figures_of,
    predict,
)
from training.face.initial import IMAGENET
from training.face.network import FaceNetwork, ResNet18, load_network, logits_of, to_input
from training.provenance import data_on_card

Floats = NDArray[np.floating]

OPSET = 17
REAL_FACES = 256
WHY_BIAS = (
    'training leans towards the FER+ votes, which are neutral more often than the labels, and '
    'weights the classes; the bias that fits the labels again is part of the last layer'
)
REPORTED = ('accuracy', 'macro_f1', 'mean_class_accuracy', 'ece15', 'nll')


def write_onnx(network: ResNet18, path: Path) -> None:
    """float32 ONNX with input ``image`` [N, 1, 48, 48] and output ``emotion`` [N, 7]."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', DeprecationWarning)
        torch.onnx.export(
            network.eval(),
            (torch.zeros(1, 1, SIDE, SIDE),),
            str(path),
            input_names=['image'],
            output_names=['emotion'],
            dynamic_axes={'image': {0: 'n'}, 'emotion': {0: 'n'}},
            opset_version=OPSET,
            dynamo=False,
        )


def check_onnx(network: ResNet18, path: Path, faces: Faces, mean: float, std: float) -> None:
    """ModelError unless the file and ``network`` agree on real faces."""
    few = faces.take(np.arange(min(len(faces), REAL_FACES)))
    images = to_input(torch.from_numpy(few.images), mean, std).contiguous().numpy()
    (onnx,) = open_session(path.read_bytes(), path).run(None, {'image': images})
    card.require_agreement(logits_of(network, few.images, mean, std), onnx, path)


def fold_bias(network: ResNet18, bias: Floats) -> None:
    """Add ``bias`` [7] to the bias of the last layer of ``network``."""
    with torch.no_grad():
        network.head[-1].bias += torch.from_numpy(bias).float()


def training_command(about: dict[str, Any], source: Path) -> str:
    """The command that made a checkpoint."""
    parts = (('network', FaceNetwork), ('recipe', TrainConfig), ('augmentation', Augmentation))
    settings = [restore(checkpoint.entry(about, k, source), kind, source) for k, kind in parts]
    words = [command_line('training.face.train', *settings)]
    if about.get('init_from') == IMAGENET:
        words.append('--pretrained')
    elif about.get('init_from'):
        words.append(f'--init-from {about["init_from"]}')
    if about.get('teachers'):
        words.append('--teachers ' + ' '.join(about['teachers']))
    return ' '.join([*words, f'--data {about.get("data_file", "DATA")}'])


def draft_card(
    path: Path, about: dict[str, Any], source: Path, calibration: calibrate.Calibration
) -> dict[str, Any]:
    """The card without its metrics."""
    return {
        'task': 'face_emotion',
        'file': path.name,
        'sha256': card.file_sha256(path),
        'version': '1',
        'input': {
            'name': 'image',
            'width': SIDE,
            'height': SIDE,
            'colour': 'gray',
            'mean': [about['mean']],
            'std': [about['std']],
        },
        'outputs': [
            {
                'name': 'emotion',
                'labels': list(EMOTIONS),
                'temperature': round(calibration.temperature, 4),
            }
        ],
        'training': describe(about, source, calibration),
        'metrics': [],
    }


def describe(
    about: dict[str, Any], source: Path, calibration: calibrate.Calibration
) -> dict[str, Any]:
    """Where the weights come from."""
    layout = about['network']
    biases = [round(float(b), 4) for b in np.broadcast_to(calibration.bias, len(EMOTIONS))]
    return {
        'architecture': f'ResNet18 (2-2-2-2), width {layout["width"]}, 3x3 stem of stride '
        f'{layout["stem_stride"]} without pooling',
        **data_on_card(about),
        'command': training_command(about, source),
        'commit': about['commit'],
        'epoch': about['epoch'],
        'init_from': about['init_from'],
        'teachers': about.get('teachers', []),
        'calibrated_on': CALIBRATION_SPLIT,
        'class_bias': {'in_logits': dict(zip(EMOTIONS, biases, strict=True)), 'why': WHY_BIAS},
        'settings': layout | about['recipe'] | about['augmentation'],
    }


def measured(
    path: Path, source: Path, data: Path, valid: Faces, refitted: Floats
) -> list[dict[str, Any]]:
    """Figures for the card: those of the evaluate command, and accuracy by ``refitted``.

    ``refitted`` [N, 7] are the probabilities of each fold calibrated on the other folds.
    """
    model = FaceClassifier.load(str(path))
    probabilities = predict(model, valid.images)
    calibrated = cross_calibrated(
        probabilities, valid, calibration_fit(model.card, CALIBRATION_SPLIT)
    )
    figures = figures_of(probabilities, calibrated, valid.labels)
    evaluating = (
        f'python -m training.face.evaluate --weights emotion_ros/weights/{path.name} '
        f'--data {data.name} --usage {CALIBRATION_SPLIT} --json'
    )
    exporting = f'python -m training.face.export --checkpoint {source.name} --data {data.name}'
    rows = [(name, figures[name], evaluating) for name in REPORTED]
    accuracy = float((refitted.argmax(1) == valid.labels).mean())
    rows.append(('accuracy_cross_fitted', accuracy, exporting))
    log({name: round(value, 4) for name, value, _ in rows})
    split = f'{CALIBRATION_SPLIT} of {data.name}'
    return [card.metric(name, value, len(valid), split, command) for name, value, command in rows]


def export(source: Path, data: Path, out: Path) -> None:
    """Write ``out`` and the card beside it."""
    network, about = load_network(source)
    valid = load_faces(data, CALIBRATION_SPLIT)
    logits = logits_of(network, valid.images, about['mean'], about['std'])
    calibration = calibrate.temperature_and_bias(logits, valid.labels)
    fold_bias(network, calibration.bias)
    part = out.with_suffix('.part.onnx')
    write_onnx(network, part)
    check_onnx(network, part, valid, about['mean'], about['std'])
    os.replace(part, out)
    page = draft_card(out, about, source, calibration)
    card.write_card(out.with_suffix('.json'), page)
    refitted = calibrate.cross_fitted(logits, valid.labels, calibrate.temperature_and_bias)
    page['metrics'] = measured(out, source, data, valid, refitted)
    card.write_card(out.with_suffix('.json'), page)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.face.export', description=__doc__)
    parser.add_argument('--checkpoint', type=Path, default=Path('runs/face/best.safetensors'))
    parser.add_argument('--data', type=Path, required=True, help='parquet, csv or Kaggle folder')
    parser.add_argument('--out', type=Path, default=packaged_weights() / 'face_emotion.onnx')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    export(args.checkpoint, args.data, args.out)


if __name__ == '__main__':
    run(main)
