"""FER2013 faces with the FER+ votes, from a parquet file, the Kaggle folders or fer2013.csv."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.errors import ConfigError, InvalidInput
from training.tables import label_indices, read_table, require_columns

SIDE = 48
USAGES = ('Training', 'PublicTest', 'PrivateTest')

# FER+ columns: neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, unknown,
# not a face. The first seven in our order:
FERPLUS_TO_EMOTION = [4, 5, 6, 1, 0, 3, 2]
NOT_A_FACE = 9

# fer2013.csv numbers its classes: angry, disgust, fear, happy, sad, surprise, neutral.
CSV_LABELS = ('angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral')


@dataclass(frozen=True)
class Faces:
    """``images`` uint8 [N, 48, 48] grey, ``labels`` int [N], ``votes`` [N, 7] rows sum to 1.

    ``trust`` [N] is 1 - the share of FER+ raters who saw no face; 0 where there are no votes.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    votes: NDArray[np.float32]
    trust: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, index: NDArray[np.integer]) -> 'Faces':
        """The faces at ``index``, in that order."""
        return Faces(*(getattr(self, f)[index] for f in ('images', 'labels', 'votes', 'trust')))


def load_faces(path: Path, usage: str) -> Faces:
    """One split of FER2013; a folder, a column or a class that is missing is a ConfigError."""
    if usage not in USAGES:
        raise ConfigError(f'usage {usage!r}: must be one of {", ".join(USAGES)}')
    if path.is_dir():
        faces = _from_folders(path, usage)
    elif path.suffix == '.csv':
        faces = _from_csv(path, usage)
    else:
        faces = _from_parquet(path, usage)
    if not len(faces):
        raise ConfigError(f'{path}: has no {usage} faces')
    return faces


def decode_face(data: bytes, name: object) -> NDArray[np.uint8]:
    """Encoded image to uint8 [48, 48] grey; bytes that are no image are an InvalidInput."""
    pixels = np.frombuffer(data, np.uint8)
    image = cv2.imdecode(pixels, cv2.IMREAD_GRAYSCALE) if pixels.size else None
    if image is None:
        raise InvalidInput('image', f'{name}: not an image')
    if image.shape != (SIDE, SIDE):
        image = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return image.astype(np.uint8, copy=False)


def _from_parquet(path: Path, usage: str) -> Faces:
    table = read_table(path, ('image', 'emotion', 'usage'))
    table = table[table['usage'] == usage].reset_index(drop=True)
    names = table.get('name', table.index)
    images = [
        decode_face(data, f'{path}: {n}') for data, n in zip(table['image'], names, strict=True)
    ]
    votes = list(table.get('ferplus_votes', [None] * len(table)))
    return _faces(images, label_indices(list(table['emotion']), EMOTIONS, path), votes)


def _from_csv(path: Path, usage: str) -> Faces:
    table = pd.read_csv(path)
    require_columns(path, table, ('emotion', 'pixels', 'Usage'))
    table = table[table['Usage'] == usage]
    names = [CSV_LABELS[i] if 0 <= i < 7 else str(i) for i in table['emotion']]
    images = [_csv_face(text, path) for text in table['pixels']]
    return _faces(images, label_indices(names, EMOTIONS, path), [None] * len(table))


def _csv_face(text: str, path: Path) -> NDArray[np.uint8]:
    pixels = np.array(text.split(), dtype=np.uint8)
    if pixels.size != SIDE * SIDE:
        raise InvalidInput('image', f'{path}: a row has {pixels.size} pixels, not {SIDE * SIDE}')
    return pixels.reshape(SIDE, SIDE)


def _from_folders(path: Path, usage: str) -> Faces:
    """``train/<emotion>/*`` and ``test/<emotion>/*``; test file names begin with the usage."""
    base = path / ('train' if usage == 'Training' else 'test')
    missing = [name for name in EMOTIONS if not (base / name).is_dir()]
    if missing:
        raise ConfigError(f'{base}: no folder for {", ".join(missing)}')
    files = [(f, i) for i, name in enumerate(EMOTIONS) for f in sorted((base / name).iterdir())]
    files = [(f, i) for f, i in files if not f.name.startswith(_other_usages(usage))]
    images = [decode_face(f.read_bytes(), f) for f, _ in files]
    return _faces(images, np.array([i for _, i in files], np.int64), [None] * len(files))


def _other_usages(usage: str) -> tuple[str, ...]:
    return tuple(u for u in USAGES if u != usage)


def _faces(
    images: list[NDArray[np.uint8]], labels: NDArray[np.int64], ferplus: list[object]
) -> Faces:
    raw = np.array([np.zeros(10) if v is None else v for v in ferplus], float).reshape(-1, 10)
    seven = raw[:, FERPLUS_TO_EMOTION]
    trust = np.where(seven.sum(1) > 0, 1 - raw[:, NOT_A_FACE] / np.maximum(raw.sum(1), 1), 0)
    votes = np.where(trust[:, None] > 0, seven / np.maximum(seven.sum(1, keepdims=True), 1), 0)
    stack = np.stack(images) if images else np.zeros((0, SIDE, SIDE), np.uint8)
    return Faces(stack, labels, votes.astype(np.float32), trust.astype(np.float32))
