# SPDX-License-Identifier: MIT
"""The shipped text weights: they agree with their card and know plain words."""

import pytest

from emotion_ros.core.emotions import Sentiment
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.pipeline import TextPipeline, make_text_pipeline


@pytest.fixture(scope='module')
def packaged() -> TextPipeline:
    return make_text_pipeline(SentimentConfig())


@pytest.mark.parametrize(
    ('text', 'sentiment'),
    [
        ('I am so happy today!', Sentiment.POSITIVE),
        ('i am so happy today', Sentiment.POSITIVE),
        ('This is terrible!', Sentiment.NEGATIVE),
        ('this is terrible', Sentiment.NEGATIVE),
        ('I feel neutral about this.', Sentiment.NEUTRAL),
        ('i feel neutral about this', Sentiment.NEUTRAL),
    ],
)
def test_plain_words_are_understood(
    packaged: TextPipeline, text: str, sentiment: Sentiment
) -> None:
    report = packaged.process(Utterance(text), 0.0)
    assert report.sentiment is sentiment
    assert report.quality > 0.5


@pytest.mark.parametrize('text', ['👩🏽\u200d⚕️ \ud800', 'é' * 3000, 'a' * 100, '1 2 3', ':)'])
def test_odd_text_still_gives_probabilities(packaged: TextPipeline, text: str) -> None:
    report = packaged.process(Utterance(text), 0.0)
    assert sum(report.sentiment_probabilities) == pytest.approx(1, abs=1e-6)
    assert sum(report.emotion_probabilities) == pytest.approx(1, abs=1e-6)
