# SPDX-License-Identifier: MIT
"""Labelled utterances; each kind of wrong table names itself."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.errors import ConfigError, EmotionRosError, InvalidInput
from training.text.data import join, load_utterances, truth


def parquet(folder: Path, **columns: object) -> Path:
    row = {'text': 'hello', 'split': 'val'} | columns
    pd.DataFrame([row]).to_parquet(folder / 'texts.parquet')
    return folder / 'texts.parquet'


def test_both_labels(tmp_path: Path) -> None:
    got = load_utterances(parquet(tmp_path, sentiment='negative', emotion='sad'), 'val')
    assert got.texts == ['hello']
    assert got.sentiments.tolist() == [Sentiment.NEGATIVE]
    assert np.flatnonzero(got.emotions[0]).tolist() == [Emotion.SAD]


def test_list_of_emotions_without_sentiment(tmp_path: Path) -> None:
    got = load_utterances(parquet(tmp_path, emotions=['angry', 'surprise']), 'val')
    assert got.sentiments.tolist() == [-1]
    assert np.flatnonzero(got.emotions[0]).tolist() == [Emotion.ANGRY, Emotion.SURPRISE]


@pytest.mark.parametrize(
    ('predicted', 'expected'),
    [(Emotion.SURPRISE, Emotion.SURPRISE), (Emotion.HAPPY, Emotion.ANGRY)],
)
def test_truth_is_the_prediction_when_it_is_among_the_true(
    tmp_path: Path, predicted: Emotion, expected: Emotion
) -> None:
    got = load_utterances(parquet(tmp_path, emotions=['angry', 'surprise']), 'val')
    assert truth(got, 'emotion', np.array([predicted])).tolist() == [expected]


def test_join_and_take(tmp_path: Path) -> None:
    one = load_utterances(parquet(tmp_path, sentiment='positive'), 'val')
    two = load_utterances(parquet(tmp_path, text='bye', emotion='fear'), 'val')
    both = join([one, two])
    assert both.sentiments.tolist() == [Sentiment.POSITIVE, -1]
    assert both.take(np.array([1])).texts == ['bye']


@pytest.mark.parametrize(
    ('columns', 'split', 'error', 'says'),
    [
        ({}, 'val', ConfigError, 'no column sentiment, emotion or emotions'),
        ({'sentiment': 'positive'}, 'train', ConfigError, 'no train rows'),
        ({'sentiment': 'positive'}, 'dev', ConfigError, "'dev'"),
        ({'sentiment': 'good'}, 'val', InvalidInput, "'good' is not one of negative"),
        ({'emotion': 'bored'}, 'val', InvalidInput, "'bored' is not one of angry"),
        ({'emotions': ['happy', 'bored']}, 'val', InvalidInput, "'bored' is not one of angry"),
    ],
)
def test_wrong_tables(
    tmp_path: Path, columns: dict, split: str, error: type[EmotionRosError], says: str
) -> None:
    with pytest.raises(error, match=says):
        load_utterances(parquet(tmp_path, **columns), split)
