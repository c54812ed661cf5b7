# SPDX-License-Identifier: MIT
"""Negated feelings: what is a denial or praise, and what becomes of the prediction."""

import numpy as np
import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.perception.text.engine import TextPrediction
from emotion_ros.perception.text.negation import classify_negated, find_negations


@pytest.mark.parametrize(
    ('text', 'kinds', 'rest'),
    [
        ('', set(), ''),
        ('I am sad', set(), 'i am sad'),
        ('I am not sad', {'denial'}, ''),
        ("I wouldn't say I was scared", {'denial'}, ''),
        ('it didn\u2019t hurt at all', {'denial'}, ''),
        ("I'm not mad but you really hurt me", {'denial'}, 'you really hurt me'),
        ('that was not bad at all', {'praise'}, ''),
        ('I have never felt better.', {'praise'}, ''),
        ("it couldn't be better", {'praise'}, ''),
        ("I can't help but smile", {'praise'}, ''),
        ("I don't hate it, I love it", {'denial'}, 'i love it'),
        ('I have never been so sad', set(), 'i have never been so sad'),
        ("please don't hurt me", set(), "please don't hurt me"),
        ("isn't that annoying?", set(), "isn't that annoying?"),
        ('I am not only sad but angry', set(), 'i am not only sad, angry'),
        ("it couldn't be worse", set(), "it couldn't be worse"),
        ("I can't wait any longer", set(), "i can't wait any longer"),
        ("can't say I'm thrilled", {'criticism'}, ''),
        ('that aint funny', {'criticism'}, ''),
        ("I'm not happy but it will do", {'criticism'}, 'it will do'),
        ("isn't that nice", set(), "isn't that nice"),
        ("you don't need to be great", set(), "you don't need to be great"),
        ('not only fun', set(), 'not only fun'),
        ('it may not be the best', set(), 'it may not be the best'),
        ("I'm not gonna lie I'm sad", set(), "i'm sad"),
        ("don't get me wrong I'm not complaining", {'denial'}, ''),
        ("it isn't as bad as it looks", {'denial'}, ''),
        ("I don't think I've ever been this happy", {'praise'}, ''),
        ("couldn't have asked for a better day", {'praise'}, ''),
    ],
)
def test_negations_are_found(text, kinds, rest):
    assert find_negations(text) == (kinds, rest)


class WordCounter:
    """Adds words up, as a small network does, and remembers what it was shown."""

    name, sha256 = 'words', ''

    def __init__(self, has_emotion: bool = True) -> None:
        self.texts: list[str] = []
        self.has_emotion = has_emotion

    def classify(self, text: str) -> TextPrediction:
        """Find 'sad' or 'hurt' negative and sad, 'love' or 'happier' positive and happy."""
        self.texts.append(text)
        words = text.lower().split()
        mood = {'sad': 0, 'hurt': 0, 'love': 2, 'happier': 2}
        found = next((mood[word] for word in words if word in mood), 1)
        sentiment, emotion = np.full(3, 0.1), np.full(7, 0.05)
        sentiment[found] = 0.8
        emotion[(Emotion.SAD, Emotion.NEUTRAL, Emotion.HAPPY)[found]] = 0.7
        shown = emotion if self.has_emotion else np.full(7, np.nan)
        return TextPrediction(sentiment, shown, len(words), len(words), truncated=False)


@pytest.mark.parametrize(
    ('text', 'sentiment', 'emotion'),
    [
        ('I am sad', Sentiment.NEGATIVE, Emotion.SAD),
        ('I am not sad', Sentiment.NEUTRAL, Emotion.NEUTRAL),
        ('I am not sad , I love it', Sentiment.POSITIVE, Emotion.HAPPY),
        ("I'm not sad but you hurt me", Sentiment.NEGATIVE, Emotion.SAD),
        ('not bad', Sentiment.POSITIVE, Emotion.HAPPY),
        ("can't say i love it", Sentiment.NEGATIVE, Emotion.NEUTRAL),
        ("i'm not happy but i love it", Sentiment.POSITIVE, Emotion.HAPPY),
        ('never been happier', Sentiment.POSITIVE, Emotion.HAPPY),
    ],
)
def test_the_prediction_is_corrected_where_it_contradicts(text, sentiment, emotion):
    prediction = classify_negated(WordCounter(), text)
    assert (prediction.sentiment.argmax(), prediction.emotion.argmax()) == (sentiment, emotion)
    assert sum(prediction.sentiment) == pytest.approx(1.0)
    assert sum(prediction.emotion) == pytest.approx(1.0)
    assert prediction.tokens == len(text.split())


def test_a_text_without_negation_is_classified_once_and_left_alone():
    engine = WordCounter()
    assert classify_negated(engine, 'I am so sad today').sentiment.argmax() == Sentiment.NEGATIVE
    assert engine.texts == ['I am so sad today']


def test_a_model_without_emotions_gets_none():
    prediction = classify_negated(WordCounter(has_emotion=False), 'I am not sad')
    assert np.isnan(prediction.emotion).all()
    assert prediction.sentiment.argmax() == Sentiment.NEUTRAL
