"""Checkpoint to shipped weights: ``python -m training.face.export --checkpoint C --data D``.

Fits the temperature on PublicTest, writes the ONNX file and its card, and fails unless ONNX
Runtime and torch agree on real faces.
"""

import argparse
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.inference.face_classifier import FaceClassifier
from emotion_ros.inference.model_file import packaged_weights
from emotion_ros.inference.onnx_session import open_session
from training import calibrate, card, checkpoint
from training.command import log, run
from training.face.augment import Augmentation
from training.face.data import SIDE, Faces, load_faces
from training.face.evaluate import CALIBRATION_SPLIT, evaluate
from training.face.network import FaceNetwork, ResNet18
from training.face.train import Recipe, logits_of, to_tensor
from training.options import command_line, restore

OPSET = 17
REAL_FACES = 256
DATA = [
    'FER2013 Training, 28,709 faces (Goodfellow et al. 2013; Kaggle terms, research use)',
    'FER+ votes (Barsoum et al. 2016; Microsoft, MIT)',
]
LICENCE = 'MIT for the code; the weights were learned from images for research use, see WEIGHTS.md'
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
    """ModelError unless the file says what ``network`` says about real faces."""
    few = faces.take(np.arange(min(len(faces), REAL_FACES)))
    images = to_tensor(few.images, mean, std).contiguous().numpy()
    (onnx,) = open_session(path.read_bytes(), path).run(None, {'image': images})
    card.require_agreement(logits_of(network, few, mean, std), onnx, path)


def draft_card(path: Path, about: dict[str, Any], temperature: float) -> dict[str, Any]:
    """The card without its metrics."""
    layout = restore(about['network'], FaceNetwork, path)
    recipe, augmentation = (
        restore(about[name], kind, path)
        for name, kind in (('recipe', Recipe), ('augmentation', Augmentation))
    )
    command = command_line('training.face.train', layout, recipe, augmentation)
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
            {'name': 'emotion', 'labels': list(EMOTIONS), 'temperature': round(temperature, 4)}
        ],
        'training': {
            'architecture': f'ResNet18 (2-2-2-2), width {layout.width}, 3x3 stem of stride '
            f'{layout.stem_stride} without pooling',
            'data': DATA,
            'licence': LICENCE,
            'command': f'{command} --data fer2013_train_valid.parquet',
            'commit': about['commit'],
            'epoch': about['epoch'],
            'init_from': about['init_from'],
            'calibrated_on': CALIBRATION_SPLIT,
            'settings': about['network'] | about['recipe'] | about['augmentation'],
        },
        'metrics': [],
    }


def measured(path: Path, valid: Faces) -> list[dict[str, Any]]:
    """The figures of the evaluate command on the validation split, for the card."""
    figures = evaluate(FaceClassifier.load(str(path)), valid, fitted_here=True)
    log({name: round(figures[name], 4) for name in (*REPORTED, 'latency_ms_median')})
    command = (
        f'python -m training.face.evaluate --weights emotion_ros/weights/{path.name} '
        f'--data fer2013_train_valid.parquet --usage {CALIBRATION_SPLIT} --json'
    )
    split = f'FER2013 {CALIBRATION_SPLIT}'
    return [card.metric(n, figures[n], figures['n'], split, command) for n in REPORTED]


def export(source: Path, data: Path, out: Path) -> None:
    """Write ``out`` and the card beside it."""
    tensors, about = checkpoint.load(source)
    network = restore(about['network'], FaceNetwork, source).build()
    checkpoint.fill(network, tensors, source)
    valid = load_faces(data, CALIBRATION_SPLIT)
    part = out.with_suffix('.part.onnx')
    write_onnx(network, part)
    check_onnx(network, part, valid, about['mean'], about['std'])
    logits = logits_of(network, valid, about['mean'], about['std'])
    os.replace(part, out)
    page = draft_card(out, about, calibrate.fit_temperature(logits, valid.labels))
    card.write_card(out.with_suffix('.json'), page)
    page['metrics'] = measured(out, valid)
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
