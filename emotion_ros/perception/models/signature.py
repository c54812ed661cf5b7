# SPDX-License-Identifier: MIT
"""The signature of a model: its input tensors, and its outputs as probabilities."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.core.fusion.opinion_pool import softmax
from emotion_ros.errors import InvalidInput

SPEECH_CLASSES = ('other', 'speech')
LABELS: Mapping[str, tuple[str, ...]] = {
    'emotion': EMOTIONS,
    'sentiment': SENTIMENTS,
    'speech': SPEECH_CLASSES,
}
SUM_TOLERANCE = 0.01
LEAST_PROBABILITY = 1e-12


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
