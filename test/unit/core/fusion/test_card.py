# SPDX-License-Identifier: MIT
"""The fusion card: the shipped one, and one clear line for each way to be wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.errors import ModelError

SHIPPED = Path(__file__).parents[4] / 'emotion_ros' / 'weights' / 'fusion.json'


def card(**changes: Any) -> dict[str, Any]:
    good = {
        'version': '1',
        'prior': [0.1, 0.1, 0.1, 0.1, 0.4, 0.1, 0.1],
        'sentiment_given_emotion': [[0.2, 0.3, 0.5]] * 7,
        'sharpness': 1.4,
        'temperature': 1.5,
        'weights': {'face': 0.8, 'text': 0.6},
        'alone': {'face': 1.0, 'text': 0.9},
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
    assert loaded.weights == {'face': 0.8, 'text': 0.6}
    assert loaded.solo_weights == {'face': 1.0, 'text': 0.9}
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
        (card(weights={'face': 0.8}), "'text' is missing"),
        (card(weights={'face': 0.8, 'text': 0.2, 'voice': 0.1}), "unknown key 'voice'"),
        (card(alone={'face': 0.8}), "'text' is missing"),
        (card(weights={'face': 0.8, 'text': 0.7}), 'exceed the sharpness 1.4'),
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
