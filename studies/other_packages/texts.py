# SPDX-License-Identifier: MIT
"""Texts: VADER, TextBlob and our network on the same tweets."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.figure import NotMeasured
from emotion_ros.core.emotions import SENTIMENTS
from emotion_ros.files.resources import PACKAGED
from emotion_ros.perception.text.classifier import make_text_engine
from emotion_ros.sessions import metrics
from studies.other_packages.comparison import TextRow
from studies.other_packages.package import Package
from training.tables import data_file
from training.text.data import Utterances, load_utterances

FILE = 'semeval_sentiment.parquet'
NUMBERS = {label: n for n, label in enumerate(SENTIMENTS)}


def load_tweets() -> Utterances:
    """Return SemEval's validation split, from $EMOTION_ROS_DATA; ConfigError without it."""
    return load_utterances(data_file(FILE), 'val')


def compare_texts(
    tweets: Utterances, packages: Sequence[Package], folder: Path
) -> tuple[list[TextRow], list[str]]:
    """Return our row, then those of the packages; and what could not be measured."""
    rows, notes = [our_row(tweets)], []
    path = folder / 'texts.json'
    path.write_text(json.dumps(tweets.texts), encoding='utf-8')
    for package in packages:
        try:
            rows.append(package_row(package.name, package.ask(path), tweets))
        except NotMeasured as problem:
            notes.append(str(problem))
    return rows, notes


def our_row(tweets: Utterances) -> TextRow:
    """Return the figures of the packaged network, one text at a time."""
    engine = make_text_engine(PACKAGED)
    predicted, times_ms = [], []
    for text in tweets.texts:
        began_s = perf_counter()
        predicted.append(int(engine.classify(text).sentiment.argmax()))
        times_ms.append(1e3 * (perf_counter() - began_s))
    return score('emotion_ros', np.array(predicted), tweets, median(times_ms))


def package_row(name: str, answer: Mapping[str, Any], tweets: Utterances) -> TextRow:
    """Return the figures of a package; NotMeasured when an answer is missing."""
    try:
        predicted = np.array([NUMBERS[label] for label in answer['labels']], int)
        name, ms = f'{name} {answer["version"]}', float(answer['ms'])
    except (KeyError, TypeError, ValueError) as error:
        raise NotMeasured(f'{name}: the answer is wrong: {error}') from error
    if len(predicted) != len(tweets):
        raise NotMeasured(f'{name}: answered {len(predicted)} of {len(tweets)} texts')
    return score(name, predicted, tweets, ms)


def score(name: str, predicted: NDArray[np.integer], tweets: Utterances, ms: float) -> TextRow:
    """Return a row from predicted sentiments."""
    table = metrics.confusion(tweets.sentiments, predicted, len(SENTIMENTS))
    return TextRow(name, metrics.macro_recall(table), metrics.accuracy(table), ms)
