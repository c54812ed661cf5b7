# SPDX-License-Identifier: MIT
"""The text classifier: worked sums, the end of long texts, and broken models."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.errors import InvalidInput, ModelError
from emotion_ros.perception.models.card import load_card
from emotion_ros.perception.text.classifier import (
    TextClassifier,
    load_tokenizer,
    make_text_engine,
)
from emotion_ros.perception.text.engine import TextEngine
from tiny_models import head, save_card, save_text, text_input

# Logits: negative, neutral, positive; then angry ... surprise.
WORDS = {
    'good': [0, 0, np.log(8), 0, 0, 0, np.log(4), 0, 0, 0],
    'bad': [np.log(8), 0, 0, np.log(4), 0, 0, 0, 0, 0, 0],
    'day': [0] * 10,
}


def engine(folder: Path, **changes: Any) -> TextEngine:
    return make_text_engine(str(save_text(folder, WORDS, **changes)))


@pytest.mark.parametrize(
    ('text', 'positive', 'happy', 'known', 'tokens'),
    [
        ('', 1 / 3, 1 / 7, 0, 0),
        ('day', 1 / 3, 1 / 7, 1, 1),
        ('GOOD day', 8 / 10, 4 / 10, 2, 2),
        ('good bad', 8 / 17, 4 / 13, 2, 2),
        ('good riddance', 8 / 10, 4 / 10, 1, 2),
    ],
)
def test_worked_examples(
    tmp_path: Path, text: str, positive: float, happy: float, known: int, tokens: int
) -> None:
    result = engine(tmp_path).classify(text)
    assert result.sentiment[Sentiment.POSITIVE] == pytest.approx(positive)
    assert result.emotion[Emotion.HAPPY] == pytest.approx(happy)
    assert (result.known, result.tokens) == (known, tokens)
    assert result.truncated is False


def test_temperature_of_each_head_counts(tmp_path: Path) -> None:
    outputs = [head('sentiment', temperature=3), head('emotion', temperature=0.5)]
    result = engine(tmp_path, outputs=outputs).classify('good')
    assert result.sentiment[Sentiment.POSITIVE] == pytest.approx(2 / 4)
    assert result.emotion[Emotion.HAPPY] == pytest.approx(16 / 22)


@pytest.mark.parametrize(
    ('text', 'reliability'),
    [('good', 1.0), ('good day', 0.8), ('good day.', 1.0), ('Good, day', 1.0)],
)
def test_several_words_without_punctuation_are_less_reliable(
    tmp_path: Path, text: str, reliability: float
) -> None:
    path = save_text(tmp_path, WORDS)
    card = json.loads(path.read_text())
    assert make_text_engine(str(path)).classify(text).reliability == 1.0
    card['input']['unpunctuated_quality'] = 0.8
    save_card(path, card)
    assert make_text_engine(str(path)).classify(text).reliability == reliability


def test_heads_may_come_in_any_order(tmp_path: Path) -> None:
    result = engine(tmp_path, outputs=[head('emotion'), head('sentiment')]).classify('good')
    assert result.sentiment[Sentiment.POSITIVE] == pytest.approx(8 / 10)
    assert result.emotion[Emotion.HAPPY] == pytest.approx(4 / 10)


def test_promise_19_the_last_tokens_count(tmp_path: Path) -> None:
    """Turns red when the tokenizer truncates on the right."""
    result = engine(tmp_path).classify('bad ' * 500 + 'day ' * 5 + 'good')
    assert result.truncated
    assert result.tokens == 6
    assert result.sentiment[Sentiment.POSITIVE] == pytest.approx(8 / 10)


def test_without_emotion_head_emotion_is_not_estimated(tmp_path: Path) -> None:
    result = engine(tmp_path, outputs=[head('sentiment')]).classify('good')
    assert result.sentiment.sum() == pytest.approx(1)
    assert np.isnan(result.emotion).all()
    assert result.emotion.shape == (7,)


def test_model_is_named(tmp_path: Path) -> None:
    path = save_text(tmp_path, WORDS)
    made = make_text_engine(str(path))
    assert made.name == 'text.onnx 1'
    assert made.sha256 == json.loads(path.read_text())['sha256']


def test_without_sentiment_head_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r'text\.json: has no sentiment output'):
        engine(tmp_path, outputs=[head('emotion')])


def test_card_of_a_face_model_is_refused(tmp_path: Path) -> None:
    path = save_text(tmp_path, WORDS)
    card = json.loads(path.read_text()) | {'task': 'face_emotion'}
    card['input'] = {'name': 'input_ids', 'width': 1, 'height': 1, 'colour': 'gray'}
    card['input'] |= {'mean': [0], 'std': [1]}
    with pytest.raises(ModelError, match="for 'face_emotion', not for 'text_emotion'"):
        make_text_engine(str(save_card(path, card)))


@pytest.mark.parametrize('tokenizer', [b'', b'{}', b'[]', b'{"model": 1}'])
def test_file_that_is_no_tokenizer_is_named(tmp_path: Path, tokenizer: bytes) -> None:
    path = save_text(tmp_path, WORDS, input=text_input(tokenizer))
    (tmp_path / 'tokenizer.json').write_bytes(tokenizer)
    with pytest.raises(ModelError, match=r'tokenizer\.json'):
        make_text_engine(str(path))


class BrokenBackend:
    """Answers the first text well, and all others as given."""

    def __init__(self, *answers: float) -> None:
        self._answers = list(answers)

    def run(self, inputs: Mapping[str, Any]) -> list[Any]:
        """Return the next answer everywhere."""
        del inputs
        value = self._answers.pop(0)
        return [np.full((1, 3), value, np.float32), np.full((1, 7), value, np.float32)]


def classifier(folder: Path, *answers: float) -> TextClassifier:
    card = load_card(save_text(folder, WORDS))
    return TextClassifier(card, BrokenBackend(*answers), load_tokenizer(card))


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
def test_promise_41_nan_never_leaves(tmp_path: Path, value: float) -> None:
    """Turns red when OutputHead.probabilities does not check its argument."""
    broken = classifier(tmp_path, 0, value)
    with pytest.raises(InvalidInput) as error:
        broken.classify('good')
    assert error.value.reason == 'bad_output'


def test_model_that_fails_at_once_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"text\.onnx: fails on 'hello': bad_output"):
        classifier(tmp_path, np.nan)


class BertBackend(BrokenBackend):
    """Keeps what it was given."""

    def __init__(self) -> None:
        super().__init__(0, 0)
        self.inputs: Mapping[str, Any] = {}

    def run(self, inputs: Mapping[str, Any]) -> list[Any]:
        """Return zeros."""
        self.inputs = inputs
        return super().run(inputs)


def test_a_model_gets_the_inputs_of_its_card(tmp_path: Path) -> None:
    names = ['input_ids', 'token_type_ids', 'attention_mask']
    path = save_text(tmp_path, WORDS)
    tokenizer = (tmp_path / 'tokenizer.json').read_bytes()

    def load(*names: str) -> BertBackend:
        text = json.loads(path.read_text()) | {'input': text_input(tokenizer, names=names)}
        card, backend = load_card(save_card(tmp_path / 'bert.json', text)), BertBackend()
        TextClassifier(card, backend, load_tokenizer(card)).classify('good day')
        return backend

    given = load(*names).inputs
    assert {name: value.shape for name, value in given.items()} == dict.fromkeys(names, (1, 4))
    with pytest.raises(ModelError, match='input position_ids is not one of input_ids, attention'):
        load('input_ids', 'position_ids')
