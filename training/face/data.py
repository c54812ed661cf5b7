# SPDX-License-Identifier: MIT
"""FER2013 faces with the FER+ votes, from a parquet file, the Kaggle folders or fer2013.csv."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError, InvalidInput
from training.command import log
from training.tables import label_indices, read_table, require_columns, usual_label

SIDE = 48
USAGES = ('Training', 'PublicTest', 'PrivateTest')

# FER+ columns: neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, unknown,
# not a face. The first seven in our order:
FERPLUS_TO_EMOTION = [4, 5, 6, 1, 0, 3, 2]
FERPLUS_COLUMNS, NOT_A_FACE = 10, 9

# fer2013.csv numbers its classes: angry, disgust, fear, happy, sad, surprise, neutral.
CSV_ORDER = ('angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral')
CSV_NAMES = {str(i): name for i, name in enumerate(CSV_ORDER)}


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


def without_non_faces(faces: Faces) -> Faces:
    """Leave out the images in which half of the FER+ raters or more saw no face."""
    return faces.take(np.flatnonzero((faces.trust == 0) | (faces.trust > 0.5)))


def decode_face(data: object, name: object) -> NDArray[np.uint8]:
    """Encoded image to uint8 [48, 48] grey; InvalidInput when it cannot be decoded."""
    image = None
    if isinstance(data, bytes) and data:
        with suppress(cv2.error):  # a header that claims too many pixels
            image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
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
    votes = [_votes(v, path) for v in table.get('ferplus_votes', [None] * len(table))]
    return _faces(images, label_indices(list(table['emotion']), EMOTIONS, path), votes)


def _votes(votes: object, path: Path) -> NDArray[np.float64]:
    """FER+ counts [10]; zeros where there are no votes."""
    if votes is None:
        return np.zeros(FERPLUS_COLUMNS)
    counts = np.asarray(votes)
    is_count = counts.dtype.kind in 'iuf' and counts.shape == (FERPLUS_COLUMNS,)
    if not is_count or not (counts >= 0).all():
        line = ' '.join(str(votes).split())
        raise InvalidInput('votes', f'{path}: {line} are not {FERPLUS_COLUMNS} FER+ votes')
    return counts.astype(float)


def _from_csv(path: Path, usage: str) -> Faces:
    table = _read_csv(path)
    require_columns(path, table, ('emotion', 'pixels', 'Usage'))
    table = table[table['Usage'] == usage]
    names = [CSV_NAMES.get(str(i), str(i)) for i in table['emotion']]
    images = [_csv_face(text, path) for text in table['pixels']]
    return _faces(images, label_indices(names, EMOTIONS, path))


def _read_csv(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path).rename(columns=str.strip)  # Kaggle's have spaces
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(f'{path}: not a readable CSV file ({reason})') from error


def _csv_face(text: str, path: Path) -> NDArray[np.uint8]:
    try:
        return np.array(str(text).split(), np.uint8).reshape(SIDE, SIDE)
    except (ValueError, OverflowError) as error:
        raise InvalidInput('image', f'{path}: not {SIDE}x{SIDE} pixels ({error})') from error


def _from_folders(path: Path, usage: str) -> Faces:
    """``train``, ``validation`` and ``test``, in each ``<emotion>/*``.

    Without ``validation``, names of files in ``test`` may begin with the usage.

    What is no image (.DS_Store, Thumbs.db, notes) is left out and named in one line.
    """
    parts = {
        'Training': ('train',),
        'PublicTest': ('validation', 'valid', 'val', 'test'),
        'PrivateTest': ('test',),
    }[usage]
    base = next((path / part for part in parts if (path / part).is_dir()), path / parts[-1])
    folders = sorted(f for f in base.iterdir() if f.is_dir()) if base.is_dir() else []
    labels = {folder: usual_label(folder.name) for folder in folders}
    missing = [name for name in EMOTIONS if name not in labels.values()]
    if missing:
        there = f' (it has {", ".join(folder.name for folder in folders)})' if folders else ''
        raise ConfigError(f'{base}: no folder for {", ".join(missing)}{there}')
    files = [
        (file, index)
        for index, name in enumerate(EMOTIONS)
        for folder in folders
        if labels[folder] == name
        for file in sorted(folder.iterdir())
    ]
    others = tuple(u for u in USAGES if u != usage)
    files = [(f, i) for f, i in files if not f.name.startswith(others)]
    faces: list[tuple[NDArray[np.uint8], int]] = []
    left_out: list[str] = []
    for file, label in files:
        try:
            faces.append((decode_face(file.read_bytes(), file), label))
        except (InvalidInput, IsADirectoryError):
            left_out.append(file.name)
    if left_out:
        names = ', '.join(sorted(set(left_out))[:5])
        log(f'{base}: {len(left_out)} of {len(files)} files are no images, left out: {names}')
    return _faces([face for face, _ in faces], np.array([label for _, label in faces], np.int64))


def _faces(
    images: list[NDArray[np.uint8]],
    labels: NDArray[np.int64],
    ferplus: list[NDArray[np.float64]] | None = None,
) -> Faces:
    raw = np.array(ferplus or [np.zeros(FERPLUS_COLUMNS)] * len(labels)).reshape(
        -1, FERPLUS_COLUMNS
    )
    seven = raw[:, FERPLUS_TO_EMOTION]
    trust = np.where(seven.sum(1) > 0, 1 - raw[:, NOT_A_FACE] / np.maximum(raw.sum(1), 1), 0)
    votes = np.where(trust[:, None] > 0, seven / np.maximum(seven.sum(1, keepdims=True), 1), 0)
    stack = np.stack(images) if images else np.zeros((0, SIDE, SIDE), np.uint8)
    return Faces(stack, labels, votes.astype(np.float32), trust.astype(np.float32))
