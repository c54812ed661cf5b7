# SPDX-License-Identifier: MIT
"""Model cards: the JSON beside a model file that says how to use it, and its figures.

``load_card`` checks the card, ``ModelCard.read_model`` the file against the card.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emotion_ros.errors import ModelError
from emotion_ros.files.checked import CheckedValue, read_json
from emotion_ros.perception.models.file import check_model_file, read_model_file, refuse_pickle
from emotion_ros.perception.models.signature import (
    LABELS,
    AudioInput,
    ImageInput,
    Input,
    OutputHead,
    TextInput,
)

MODEL_SUFFIXES = ('.onnx', '.safetensors')


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
