# SPDX-License-Identifier: MIT
"""Utterances with a sentiment, emotions or both, from parquet files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.errors import ConfigError
from training.tables import label_indices, read_table

SPLITS = ('train', 'val', 'test')
SEMEVAL = 'semeval_sentiment.parquet'
MELD = 'meld_text.parquet'
GOEMOTIONS = 'goemotions_ekman.parquet'


@dataclass(frozen=True)
class Utterances:
    """``texts`` [N]; ``sentiments`` int [N], -1 where unlabelled; ``emotions`` bool [N, 7].

    More than one emotion of a row may be right; a row without any is unlabelled.
    """

    texts: list[str]
    sentiments: NDArray[np.int64]
    emotions: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, index: NDArray[np.integer]) -> 'Utterances':
        """The utterances at ``index``, in that order."""
        texts = [self.texts[i] for i in index]
        return Utterances(texts, self.sentiments[index], self.emotions[index])


def load_utterances(path: Path, split: str) -> Utterances:
    """One split of a parquet file; a missing column or an empty split is a ConfigError."""
    if split not in SPLITS:
        raise ConfigError(f'split {split!r}: must be one of {", ".join(SPLITS)}')
    table = read_table(path, ('text', 'split'))
    if not {'sentiment', 'emotion', 'emotions'} & set(table):
        raise ConfigError(f'{path}: has no column sentiment, emotion or emotions')
    table = table[table['split'] == split]
    if not len(table):
        raise ConfigError(f'{path}: has no {split} rows')
    if table['text'].isna().any():
        raise ConfigError(f'{path}: a {split} row has no text')
    return Utterances(list(table['text']), _sentiments(table, path), _emotions(table, path))


def join(parts: list[Utterances]) -> Utterances:
    """Several sets as one."""
    return Utterances(
        [text for part in parts for text in part.texts],
        np.concatenate([part.sentiments for part in parts]),
        np.concatenate([part.emotions for part in parts]),
    )


def truth(
    utterances: Utterances, task: str, predicted: NDArray[np.integer]
) -> NDArray[np.integer]:
    """The true class [N]; of several true emotions the predicted one, else the first."""
    if task == 'sentiment':
        return utterances.sentiments
    hit = utterances.emotions[np.arange(len(predicted)), predicted]
    return np.where(hit, predicted, utterances.emotions.argmax(1))


def _sentiments(table: pd.DataFrame, path: Path) -> NDArray[np.int64]:
    if 'sentiment' not in table:
        return np.full(len(table), -1)
    return label_indices(list(table['sentiment']), SENTIMENTS, path)


def _emotions(table: pd.DataFrame, path: Path) -> NDArray[np.bool_]:
    marks = np.zeros((len(table), len(EMOTIONS)), bool)
    if 'emotions' in table:
        for row, names in enumerate(table['emotions']):
            marks[row, label_indices(list(names), EMOTIONS, path)] = True
    elif 'emotion' in table:
        index = label_indices(list(table['emotion']), EMOTIONS, path)
        marks[np.arange(len(table)), index] = True
    return marks
