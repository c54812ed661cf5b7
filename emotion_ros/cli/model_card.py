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
import onnxruntime as ort

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError, InvalidInput, ModelError
from emotion_ros.files.atomic_write import atomic_write
from emotion_ros.files.checked import read_json
from emotion_ros.files.content import HEAD_BYTES, foreign_content, why_missing
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.models.card import MODEL_SUFFIXES
from emotion_ros.perception.models.file import refuse_pickle
from emotion_ros.perception.models.onnx_session import open_session
from emotion_ros.sessions.labels import SYNONYMS

COLOURS = ('gray', 'rgb', 'bgr')
NOT_OURS = '-'
SUM_TOLERANCE = 1e-3


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
        session = _open(path)
        inputs, outputs = session.get_inputs(), session.get_outputs()
        if len(inputs) != 1 or len(inputs[0].shape) != 4 or len(outputs) != 1:
            raise ModelError(f'{path}: a face network has one image [N, C, H, W] and one output')
        shape = [side if isinstance(side, int) else 0 for side in inputs[0].shape[1:]]
        layout = 'nhwc' if shape[2] in (1, 3) and shape[0] not in (1, 3) else 'nchw'
        channels, size, width = (shape[2], *shape[:2]) if layout == 'nhwc' else shape
        if size and width and size != width:
            raise ModelError(f'{path}: takes {width}x{size}; face crops are square')
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
    means, stds = _numbers('mean', mean, channels), _numbers('std', std, channels)
    if all(0 < value < 1 for value in means):
        scaled = (','.join(f'{255 * value:.6g}' for value in values) for values in (means, stds))
        raise ConfigError('--mean: pixels are 0..255: --mean {} --std {}'.format(*scaled))
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
            'mean': means,
            'std': stds,
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
        try:
            _run_once(draft)
        except ModelError as error:
            raise ModelError(str(error).replace(draft.name, path.name)) from error
        if args.output == 'logits' and _gives_probabilities(args.file, found, size):
            raise ConfigError(
                f'{args.file}: gives values from 0 to 1 that sum to 1: --output probabilities'
            )
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


def _open(path: Path) -> ort.InferenceSession:
    data = path.read_bytes()
    if problem := foreign_content(data[:HEAD_BYTES]):
        raise ModelError(f'{path}: {problem}')
    return open_session(data, path)


def _run_once(card: Path) -> None:
    """Classify a blank face; ModelError or InvalidInput when card and network do not fit."""
    classifier = FaceClassifier.load(str(card))
    size, _ = classifier.crop_size
    shape = (1, size, size) if classifier.colour == 'gray' else (1, size, size, 3)
    classifier.classify(np.zeros(shape, np.uint8))


def _gives_probabilities(path: Path, found: Interface, size: int) -> bool:
    """Return whether the outputs of an .onnx for noise are a distribution, as after a softmax."""
    if path.suffix != '.onnx':
        return False
    side = (size, size, found.channels) if found.layout == 'nhwc' else (found.channels, size, size)
    noise = np.random.default_rng(0).normal(size=(1, *side)).astype(np.float32)
    (row,) = _open(path).run(None, {found.input: noise})[0]
    return bool((row >= 0).all() and abs(row.sum() - 1) < SUM_TOLERANCE)


def _card_path(args: argparse.Namespace) -> Path:
    refuse_pickle(args.file)
    if not args.file.exists():
        raise ConfigError(f'{args.file}: {why_missing(args.file)}')
    if args.file.suffix not in MODEL_SUFFIXES or not args.file.is_file():
        raise ConfigError(f'{args.file}: is no {" or ".join(MODEL_SUFFIXES)} file')
    path: Path = args.out or args.file.with_suffix('.json')
    if path.exists():
        found = _try_existing(path, args.file)
        raise ConfigError(f'{path}: exists and {found}; choose another with --out, or remove it')
    if path.suffix != '.json' or path.resolve().parent != args.file.resolve().parent:
        raise ConfigError(f'{path}: a card is a .json file beside the model')
    return path


def _try_existing(card: Path, model: Path) -> str:
    """Return whether a file that is there already is a card with which the model works."""
    try:
        if read_json(card).metadata().get('file') != model.name:
            return f'is no card of {model.name}'
        _run_once(card)
    except (ModelError, InvalidInput) as error:
        return f'does not fit ({error})'
    return f'fits {model.name}'


def _labels(text: str) -> list[Any]:
    """Return the labels of a card: ours, or what a class of another name is.

    Common other names, such as ``anger``, are known.
    """
    labels: list[Any] = []
    for word in (word.strip() for word in text.split(',')):
        name, renamed, ours = (part.strip() for part in word.partition('='))
        known = SYNONYMS.get(name.casefold(), name.casefold())
        if renamed:
            labels.append({name: None if ours == NOT_OURS else ours})
        elif known not in EMOTIONS:
            raise ConfigError(
                f'--labels: {name!r} is not one of {", ".join(EMOTIONS)}: write {name}=ours, or '
                f'{name}={NOT_OURS} for none of them'
            )
        else:
            labels.append(known if known == name else {name: known})
    return labels


def _numbers(option: str, text: str, count: int) -> list[float]:
    try:
        values = [float(word) for word in text.split(',')]
    except ValueError as error:
        raise ConfigError(f'--{option}: {text!r} are no numbers') from error
    if len(values) not in (1, count):
        raise ConfigError(f'--{option}: {text!r} are not {count} numbers, one per channel')
    if option == 'std' and not all(value > 0 for value in values):
        raise ConfigError(f'--std: {text!r}: must be above 0')
    return values * count if len(values) == 1 else values
