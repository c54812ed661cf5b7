# SPDX-License-Identifier: MIT
"""Checkpoint to packaged weights: ``python -m training.face.export --checkpoint C --data D``.

Writes the ONNX file and its card, calibrates it (``training.face.recalibrate``), and fails unless
ONNX Runtime and torch agree on real faces.
"""

import argparse
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.onnx_session import open_session
from training import card, checkpoint
from training.command import run
from training.config import command_line, restore
from training.face.augment import Augmentation
from training.face.config import TrainConfig
from training.face.data import SIDE, Faces, load_faces
from training.face.evaluate import CALIBRATION_SPLIT
from training.face.initial import IMAGENET
from training.face.network import FaceNetwork, ResNet18, load_network, logits_of, to_input
from training.face.recalibrate import recalibrate
from training.provenance import data_on_card, without_folders

OPSET = 17
REAL_FACES = 256


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


def draft_card(path: Path, about: dict[str, Any], source: Path) -> dict[str, Any]:
    """The card without calibration and metrics."""
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
        'outputs': [{'name': 'emotion', 'labels': list(EMOTIONS), 'temperature': 1.0}],
        'training': describe(about, source),
        'metrics': [],
    }


def describe(about: dict[str, Any], source: Path) -> dict[str, Any]:
    """Where the weights come from."""
    layout = about['network']
    return {
        'architecture': f'ResNet18 (2-2-2-2), width {layout["width"]}, 3x3 stem of stride '
        f'{layout["stem_stride"]} without pooling',
        **data_on_card(about),
        'command': without_folders(training_command(about, source)),
        'commit': about['commit'],
        'epoch': about['epoch'],
        'init_from': without_folders(about['init_from']),
        'teachers': [without_folders(path) for path in about.get('teachers', [])],
        'settings': layout | about['recipe'] | about['augmentation'],
    }


def export(source: Path, data: Path, out: Path) -> None:
    """Write ``out`` and the card beside it."""
    network, about = load_network(source)
    valid = load_faces(data, CALIBRATION_SPLIT)
    part = out.with_suffix('.part.onnx')
    write_onnx(network, part)
    check_onnx(network, part, valid, about['mean'], about['std'])
    os.replace(part, out)
    card.write_card(out.with_suffix('.json'), draft_card(out, about, source))
    recalibrate(out, data)


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
