# SPDX-License-Identifier: MIT
"""The fusion card: the shipped one, and one clear line for each way to be wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.fusion.card import COMBINATIONS, load_fusion_card
from emotion_ros.errors import ModelError

SHIPPED = Path(__file__).parents[4] / 'emotion_ros' / 'weights' / 'fusion.json'


def weights(**changes: Any) -> dict[str, Any]:
    return {
        'face': {'face': 1.0},
        'text': {'text': 0.9},
        'voice': {'voice': 0.7},
        'face+text': {'face': 0.8, 'text': 0.6},
        'face+voice': {'face': 0.8, 'voice': 0.5},
        'text+voice': {'text': 0.5, 'voice': 0.4},
        'face+text+voice': {'face': 0.7, 'text': 0.4, 'voice': 0.3},
    } | changes


def card(**changes: Any) -> dict[str, Any]:
    good = {
        'version': '1',
        'prior': [0.1, 0.1, 0.1, 0.1, 0.4, 0.1, 0.1],
        'sentiment_given_emotion': [[0.2, 0.3, 0.5]] * 7,
        'sharpness': 1.4,
        'temperature': 1.5,
        'weights': weights(),
        'provenance': {'weights': 'a test'},
    } | changes
    return {key: value for key, value in good.items() if value is not None}


def save(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content))
    return path


def test_good_card(tmp_path: Path) -> None:
    loaded = load_fusion_card(save(tmp_path / 'fusion.json', card()))
    assert loaded.prior[Emotion.NEUTRAL] == 0.4
    assert loaded.sentiment_given_emotion[6] == (0.2, 0.3, 0.5)
    assert loaded.weights == weights()
    assert tuple(loaded.weights) == COMBINATIONS
    assert (loaded.sharpness, loaded.temperature) == (1.4, 1.5)


@pytest.mark.parametrize(
    ('content', 'complaint'),
    [
        ({}, "'version' is missing"),
        (card(prior=None), "'prior' is missing"),
        (card(prior=[1 / 6] * 6), 'a list of 6 is not a list of 7 values'),
        (card(prior=[0.2] * 7), 'does not sum to 1'),
        (card(prior=[1, 0, 0, 0, 0, 0, 0]), r'prior\[1\]: 0 is not'),
        (
            card(sentiment_given_emotion=[[0.2, 0.3, 0.5]] * 3),
            'a list of 3 is not a list of 7 values',
        ),
        (card(sentiment_given_emotion=[[0.5, 0.5]] * 7), 'a list of 2 is not a list of 3 values'),
        (card(sentiment_given_emotion=[[0.5, 0.5, 0.5]] * 7), 'does not sum to 1'),
        (card(temperature=0), 'temperature: 0 is not'),
        (card(temperature=True), 'temperature: True is not'),
        (card(weights={'face': {'face': 0.8}}), "'text' is missing"),
        (card(weights=weights(text={'voice': 0.8})), "unknown key 'voice'"),
        (card(weights=weights(**{'voice+face': {}})), r"unknown key 'voice\+face'"),
        (card(weights=weights(**{'face+text': {'face': 0.8}})), "'text' is missing"),
        (
            card(weights=weights(**{'face+voice': {'face': 0.8, 'voice': 0.7}})),
            r'weights of face\+voice exceed the sharpness 1.4',
        ),
        (card(sharpnes=1), "unknown key 'sharpnes'"),
    ],
)
def test_bad_card_is_one_line_that_names_it(
    tmp_path: Path, content: object, complaint: str
) -> None:
    with pytest.raises(ModelError, match=complaint) as error:
        load_fusion_card(save(tmp_path / 'fusion.json', content))
    assert 'fusion.json' in str(error.value)


def test_shipped_card_says_what_the_emotions_sound_like() -> None:
    table = load_fusion_card(SHIPPED).sentiment_given_emotion
    assert table[Emotion.HAPPY][Sentiment.POSITIVE] > 0.9
    assert table[Emotion.SAD][Sentiment.NEGATIVE] > 0.9
    assert table[Emotion.NEUTRAL][Sentiment.NEUTRAL] > 0.9
    assert table[Emotion.SURPRISE][Sentiment.POSITIVE] > 0.3
    assert table[Emotion.SURPRISE][Sentiment.NEGATIVE] > 0.3
