# SPDX-License-Identifier: MIT
"""Model cards: the JSON beside a model file that says how to use it, and its figures.

``load_card`` checks the card, ``ModelCard.read_model`` the file against the card.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.core.fusion.opinion_pool import softmax
from emotion_ros.errors import InvalidInput, ModelError
from emotion_ros.files.checked import CheckedValue, read_json
from emotion_ros.perception.models.file import check_model_file, read_model_file, refuse_pickle

SPEECH_CLASSES = ('other', 'speech')
LABELS: Mapping[str, tuple[str, ...]] = {
    'emotion': EMOTIONS,
    'sentiment': SENTIMENTS,
    'speech': SPEECH_CLASSES,
}
SUM_TOLERANCE = 0.01
LEAST_PROBABILITY = 1e-12
MODEL_SUFFIXES = ('.onnx', '.safetensors')


@dataclass(frozen=True)
class ImageInput:
    """One image tensor, float32: (pixel * scale - mean) / std.

    Pixels are 0..255, ``colour`` is gray, bgr or rgb, ``layout`` nchw or nhwc; mean and std have
    one value per channel.
    """

    name: str
    width: int
    height: int
    colour: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    scale: float = 1.0
    layout: str = 'nchw'

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the model's inputs."""
        return (self.name,)

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape of one image in the tensor."""
        channels = len(self.mean)
        if self.layout == 'nhwc':
            return self.height, self.width, channels
        return channels, self.height, self.width

    def tensor(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the tensor of grey [N, height, width] or BGR images [N, height, width, 3]."""
        pixels = images[..., None] if self.colour == 'gray' else images
        if self.colour == 'rgb':
            pixels = pixels[..., ::-1]
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        tensor = (pixels.astype(np.float32) * np.float32(self.scale) - mean) / std
        order = (0, 1, 2, 3) if self.layout == 'nhwc' else (0, 3, 1, 2)
        return np.ascontiguousarray(tensor.transpose(order))


@dataclass(frozen=True)
class TextInput:
    """Token tensors: int64 [N, tokens], at most ``max_length`` tokens, special ones included.

    ``unpunctuated_quality`` (0..1) is a factor on the quality of texts of ``is_unpunctuated``.
    """

    names: tuple[str, ...]
    tokenizer: str
    tokenizer_sha256: str
    max_length: int
    unpunctuated_quality: float = 1.0


@dataclass(frozen=True)
class AudioInput:
    """A log-mel spectrogram, float32 [N, mels, frames]: the one of ``perception.voice.log_mel``.

    Of longer sound only the last ``max_seconds`` are used.
    """

    name: str
    sample_rate: int
    mels: int
    max_seconds: float

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the model's inputs."""
        return (self.name,)


Input = ImageInput | TextInput | AudioInput


@dataclass(frozen=True)
class OutputHead:
    """One output, [N, classes], and the temperature that calibrates it.

    ``classes`` are the labels of the model's classes in its order, None for one that we do not
    have; empty where they are ``labels``. ``tensor`` is the name of the output in the model.
    """

    name: str
    labels: tuple[str, ...]
    temperature: float
    classes: tuple[str | None, ...] = ()
    kind: str = 'logits'
    tensor: str = ''

    @property
    def width(self) -> int:
        """The number of the model's classes."""
        return len(self.classes or self.labels)

    def probabilities(self, outputs: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return softmax(logits / temperature) of our labels, [N, labels].

        The probability of a class that we do not have is spread over the others in proportion.
        InvalidInput('bad_output') when the shape is another, a logit is not finite, or
        probabilities are none: the output of a broken model must never look like a probability.
        """
        if outputs.ndim != 2 or outputs.shape[1] != self.width:
            raise InvalidInput('bad_output', f'{self.name} has shape {outputs.shape}')
        if not np.isfinite(outputs).all():
            raise InvalidInput('bad_output', f'{self.name} holds NaN or infinity')
        logits = outputs.astype(np.float64)
        if self.kind == 'probabilities':
            if (logits < 0).any() or (np.abs(logits.sum(1) - 1) > SUM_TOLERANCE).any():
                raise InvalidInput('bad_output', f'{self.name} does not sum to 1')
            logits = np.log(np.maximum(logits, LEAST_PROBABILITY))
        of_classes = softmax(logits / self.temperature)
        if not self.classes:
            return of_classes
        ours = np.zeros((len(outputs), len(self.labels)))
        for index, label in enumerate(self.classes):
            if label is not None:
                ours[:, self.labels.index(label)] += of_classes[:, index]
        ours = np.maximum(ours, LEAST_PROBABILITY)
        return np.asarray(ours / ours.sum(1, keepdims=True))


@dataclass(frozen=True)
class ModelCard:
    """What a model file is: task, input, outputs in order, hash, training and metrics."""

    path: Path
    task: str
    file: str
    sha256: str
    version: str
    input: Input
    outputs: tuple[OutputHead, ...]
    training: Mapping[str, object] = field(default_factory=dict)
    metrics: tuple[Mapping[str, object], ...] = ()

    @property
    def name(self) -> str:
        """The file and its version, as diagnostics and reports name the model."""
        return f'{self.file} {self.version}'

    @property
    def model_path(self) -> Path:
        """The model file, beside the card."""
        return self.path.with_name(self.file)

    @property
    def tokenizer_path(self) -> Path:
        """The tokenizer file of a text model, beside the card."""
        return self.path.with_name(self.text_input.tokenizer)

    @property
    def text_input(self) -> TextInput:
        """The input of a text model; ModelError when the model takes something else."""
        if not isinstance(self.input, TextInput):
            raise ModelError(f'{self.path}: a model for {self.task!r} takes no text')
        return self.input

    @property
    def image_input(self) -> ImageInput:
        """The input of an image model; ModelError when the model takes something else."""
        if not isinstance(self.input, ImageInput):
            raise ModelError(f'{self.path}: a model for {self.task!r} takes no image')
        return self.input

    @property
    def audio_input(self) -> AudioInput:
        """The input of a voice model; ModelError when the model takes something else."""
        if not isinstance(self.input, AudioInput):
            raise ModelError(f'{self.path}: a model for {self.task!r} takes no sound')
        return self.input

    def require_task(self, task: str) -> 'ModelCard':
        """Return this card; ModelError when the model was made for another task."""
        if self.task != task:
            raise ModelError(f'{self.path}: a model for {self.task!r}, not for {task!r}')
        return self

    def check_files(self) -> None:
        """Raise ModelError unless the files of a text model have the card's hashes."""
        check_model_file(self.model_path, self.sha256)
        check_model_file(self.tokenizer_path, self.text_input.tokenizer_sha256)

    def read_model(self) -> bytes:
        """Return the bytes of the model file; ModelError unless they have the card's hash."""
        return read_model_file(self.model_path, self.sha256)

    def read_tokenizer(self) -> bytes:
        """Return the bytes of a text model's tokenizer file, checked in the same way."""
        return read_model_file(self.tokenizer_path, self.text_input.tokenizer_sha256)


def load_card(path: Path) -> ModelCard:
    """Return the checked card at ``path``, which is the card itself or the model beside it."""
    refuse_pickle(path)
    if path.suffix not in ('.json', *MODEL_SUFFIXES):
        raise ModelError(f'{path}: give a card (.json) or a model (.onnx, .safetensors)')
    card_path = path.with_suffix('.json')
    raw = read_json(card_path).mapping(
        'task', 'file', 'sha256', 'version', 'input', 'outputs', 'training', 'metrics'
    )
    task = raw['task'].string(_INPUTS)
    card = ModelCard(
        path=card_path,
        task=task,
        file=_file_name(raw['file']),
        sha256=_sha256(raw['sha256']),
        version=raw['version'].string(),
        input=_INPUTS[task](raw['input']),
        outputs=tuple(_parse_head(head) for head in raw['outputs'].items()),
        training=raw.get('training', CheckedValue.metadata, {}),
        metrics=raw.get('metrics', lambda v: tuple(m.metadata() for m in v.items()), ()),
    )
    if not card.outputs or len({head.name for head in card.outputs}) < len(card.outputs):
        raise ModelError(f'{card_path}: outputs must be one or more, each of another name')
    if path.suffix != '.json' and path.name != card.file:
        raise ModelError(f'{card_path}: describes {card.file}, not {path.name}')
    return card


def _parse_image_input(value: CheckedValue) -> ImageInput:
    raw = value.mapping(
        'name', 'width', 'height', 'colour', 'mean', 'std', 'scale', 'layout', 'align'
    )
    raw.get('align', lambda v: v.string(('none',)), 'none')
    colour = raw['colour'].string(('gray', 'bgr', 'rgb'))
    channels = 1 if colour == 'gray' else 3
    return ImageInput(
        name=raw['name'].string(),
        width=raw['width'].integer(low=1, high=4096),
        height=raw['height'].integer(low=1, high=4096),
        colour=colour,
        mean=raw['mean'].numbers(channels, low=-255, high=255),
        std=raw['std'].numbers(channels, low=1e-6, high=1e6),
        scale=raw.get('scale', lambda v: v.number(low=1e-6, high=1e6), 1.0),
        layout=raw.get('layout', lambda v: v.string(('nchw', 'nhwc')), 'nchw'),
    )


def _parse_text_input(value: CheckedValue) -> TextInput:
    raw = value.mapping(
        'names', 'tokenizer', 'tokenizer_sha256', 'max_length', 'unpunctuated_quality'
    )
    return TextInput(
        names=raw['names'].strings(),
        tokenizer=_file_name(raw['tokenizer']),
        tokenizer_sha256=_sha256(raw['tokenizer_sha256']),
        max_length=raw['max_length'].integer(low=4, high=8192),
        unpunctuated_quality=raw.get(
            'unpunctuated_quality', lambda v: v.number(low=0, high=1), 1.0
        ),
    )


def _parse_audio_input(value: CheckedValue) -> AudioInput:
    raw = value.mapping('name', 'sample_rate', 'mels', 'max_seconds')
    return AudioInput(
        name=raw['name'].string(),
        sample_rate=raw['sample_rate'].integer(low=16_000, high=16_000),
        mels=raw['mels'].integer(low=80, high=80),
        max_seconds=raw['max_seconds'].number(low=0.5, high=30),
    )


_INPUTS: Mapping[str, Callable[[CheckedValue], Input]] = {
    'face_emotion': _parse_image_input,
    'text_emotion': _parse_text_input,
    'voice_emotion': _parse_audio_input,
}


def _parse_head(value: CheckedValue) -> OutputHead:
    raw = value.mapping('name', 'labels', 'temperature', 'output', 'tensor')
    name = raw['name'].string(LABELS)
    classes = tuple(_parse_classes(raw['labels'], LABELS[name]))
    missing = [label for label in LABELS[name] if label not in classes]
    if missing:
        raise raw['labels'].error(f'no class is {", ".join(missing)}')
    return OutputHead(
        name,
        LABELS[name],
        raw['temperature'].number(low=0.01, high=100),
        classes=() if classes == LABELS[name] else classes,
        kind=raw.get('output', lambda v: v.string(('logits', 'probabilities')), 'logits'),
        tensor=raw.get('tensor', CheckedValue.string, ''),
    )


def _parse_classes(value: CheckedValue, labels: tuple[str, ...]) -> Iterator[str | None]:
    """Yield our label of each class: ``"sad"`` or ``{"happiness": "happy", "contempt": null}``."""
    if not value.is_list():
        for ours in value.mapping().values.values():
            yield None if ours.content is None else ours.string(labels)
        return
    for item in value.items():
        if isinstance(item.content, dict):
            yield from _parse_classes(item, labels)
        else:
            yield item.string(labels)


def _file_name(value: CheckedValue) -> str:
    """Return a bare name: a card must not reach outside its folder."""
    name = value.string()
    if Path(name).name != name or '\\' in name:
        raise value.error(f'{name!r} is not the name of a file beside the card')
    return name


def _sha256(value: CheckedValue) -> str:
    digest = value.string()
    if not re.fullmatch('[0-9a-f]{64}', digest):
        raise value.error(f'{digest!r} is not 64 hexadecimal digits')
    return digest
