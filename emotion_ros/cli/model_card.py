# SPDX-License-Identifier: MIT
"""``emotion-ros models card``: writes the card of a face network, from options and questions."""

import argparse
import json
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.files.atomic_write import atomic_write
from emotion_ros.files.checked import read_json
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.models.card import MODEL_SUFFIXES
from emotion_ros.perception.models.file import refuse_pickle
from emotion_ros.perception.models.onnx_session import open_session

COLOURS = ('gray', 'rgb', 'bgr')
NOT_OURS = '-'


@dataclass(frozen=True)
class Interface:
    """What the file itself says about the network; zero or empty where it does not."""

    input: str = 'image'
    output: str = 'emotion'
    layout: str = 'nchw'
    size: int = 0
    channels: int = 1
    mean: str = ''
    std: str = ''
    stem_stride: int = 2

    @classmethod
    def read(cls, path: Path) -> 'Interface':
        """Read an .onnx file, or the JSON of our training beside a .safetensors."""
        if path.suffix == '.safetensors':
            beside = path.with_suffix('.json')
            about = read_json(beside).metadata() if beside.is_file() else {}
            network = about.get('network')
            stride = network.get('stem_stride', 2) if isinstance(network, dict) else 2
            mean, std = (str(about.get(key, '')) for key in ('mean', 'std'))
            return cls(mean=mean, std=std, stem_stride=stride)
        session = open_session(path.read_bytes(), path)
        inputs, outputs = session.get_inputs(), session.get_outputs()
        if len(inputs) != 1 or len(inputs[0].shape) != 4 or len(outputs) != 1:
            raise ModelError(f'{path}: a face network has one image [N, C, H, W] and one output')
        shape = [side if isinstance(side, int) else 0 for side in inputs[0].shape[1:]]
        layout = 'nhwc' if shape[2] in (1, 3) and shape[0] not in (1, 3) else 'nchw'
        channels, size = (shape[2], shape[0]) if layout == 'nhwc' else (shape[0], shape[1])
        return cls(inputs[0].name, outputs[0].name, layout, size, channels or 1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the verb."""
    add = parser.add_argument
    add('file', type=Path, metavar='FILE', help='model, .onnx or .safetensors')
    add('--task', choices=('face_emotion',), help='what the network does')
    add(
        '--labels',
        metavar='A,B,...',
        help=f'the classes in the order of the outputs: {", ".join(EMOTIONS)}; a class with '
        f'another name is written name=ours, one that we do not have name={NOT_OURS}',
    )
    add('--size', type=int, metavar='PX', help='side of the input image')
    add('--colour', choices=COLOURS, help='colours of the input image')
    add('--mean', metavar='X[,X,X]', help='of the pixels 0..255, one or one per channel')
    add('--std', metavar='X[,X,X]', help='(pixel - mean) / std is what the network takes')
    add('--output', choices=('logits', 'probabilities'), default='logits', help='what comes out')
    add('--data', default='not recorded', metavar='TEXT', help='training data and its terms')
    add('--out', type=Path, metavar='CARD', help='default: FILE with .json')


def write_card(args: argparse.Namespace) -> int:
    """Write the card and run the network once on a blank face; ModelError when it does not fit."""
    path = _card_path(args)
    found = Interface.read(args.file)
    ask = _Questions(args)
    task = ask('task', 'Task', 'face_emotion')
    labels = ask('labels', 'Labels in the order of the outputs', ','.join(EMOTIONS))
    size = int(ask('size', 'Side of the input image (px)', str(found.size or 48)))
    colour = ask('colour', f'Colour ({", ".join(COLOURS)})', COLOURS[found.channels > 1])
    mean = ask('mean', 'Mean of the pixels, 0..255', found.mean or '127.5')
    std = ask('std', 'Standard deviation', found.std or '127.5')
    channels = 1 if colour == 'gray' else 3
    card = {
        'task': task,
        'file': args.file.name,
        'sha256': sha256(args.file.read_bytes()).hexdigest(),
        'version': '1',
        'input': {
            'name': found.input,
            'width': size,
            'height': size,
            'colour': colour,
            'mean': _numbers('mean', mean, channels),
            'std': _numbers('std', std, channels),
            'layout': found.layout,
        },
        'outputs': [
            {
                'name': 'emotion',
                'tensor': found.output,
                'labels': _labels(labels),
                'temperature': 1.0,
                'output': args.output,
            }
        ],
        'training': {'data': [args.data], 'settings': {'stem_stride': found.stem_stride}},
        'metrics': [],
    }
    with atomic_write(path) as draft:
        draft.write_text(json.dumps(card, indent=2) + '\n', encoding='utf-8')
        classifier = FaceClassifier.load(str(draft))
        shape = (1, size, size) if colour == 'gray' else (1, size, size, 3)
        classifier.classify(np.zeros(shape, np.uint8))
    print(f'{path}: written; not calibrated (temperature 1)')
    print(f'use it with the parameter face_model: {path.resolve()}')
    return 0


class _Questions:
    """Answers from the options; what is missing is asked for on a terminal."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args

    def __call__(self, option: str, question: str, default: str) -> str:
        """Return the answer as text; ConfigError without a terminal."""
        given = getattr(self._args, option)
        if given is not None:
            return str(given)
        if not sys.stdin.isatty():
            raise ConfigError(f'--{option} is missing: {question.lower()}, such as {default}')
        return input(f'{question} [{default}]: ').strip() or default


def _card_path(args: argparse.Namespace) -> Path:
    refuse_pickle(args.file)
    if args.file.suffix not in MODEL_SUFFIXES or not args.file.is_file():
        raise ConfigError(f'{args.file}: is no {" or ".join(MODEL_SUFFIXES)} file')
    path: Path = args.out or args.file.with_suffix('.json')
    if path.exists():
        raise ConfigError(f'{path}: exists; choose another with --out, or remove it')
    if path.suffix != '.json' or path.resolve().parent != args.file.resolve().parent:
        raise ConfigError(f'{path}: a card is a .json file beside the model')
    return path


def _labels(text: str) -> list[Any]:
    """Return the labels of a card: ours, or what a class of another name is."""
    labels: list[Any] = []
    for word in (word.strip() for word in text.split(',')):
        name, renamed, ours = word.partition('=')
        labels.append({name: None if ours == NOT_OURS else ours} if renamed else word)
    return labels


def _numbers(option: str, text: str, count: int) -> list[float]:
    try:
        values = [float(word) for word in text.split(',')]
    except ValueError as error:
        raise ConfigError(f'--{option}: {text!r} are no numbers') from error
    if len(values) not in (1, count):
        raise ConfigError(f'--{option}: {text!r} are not {count} numbers, one per channel')
    return values * count if len(values) == 1 else values
