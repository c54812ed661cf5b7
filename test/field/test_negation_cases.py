# SPDX-License-Identifier: MIT
"""Negated feelings that were read as the feeling, with the packaged model: one line a case.

``pos``: not negative; ``neu``: not negative, and no unpleasant emotion of 0.5 or more; ``neg``:
negative. From threads about other sentiment tools (vaderSentiment 70, CoreNLP 813, stanza 779).
"""

from pathlib import Path

import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.pipeline import TextPipeline, make_text_pipeline

CASES = Path(__file__).with_name('negations.txt').read_text(encoding='utf-8').splitlines()
UNPLEASANT = (Emotion.ANGRY, Emotion.DISGUST, Emotion.FEAR, Emotion.SAD)


@pytest.fixture(scope='module')
def packaged() -> TextPipeline:
    """Return the pipeline of the sentiment node with its defaults."""
    return make_text_pipeline(SentimentConfig())


@pytest.mark.parametrize('line', CASES)
def test_a_negated_feeling(packaged, line):
    kind, text = line.split('\t')
    report = packaged.process(Utterance.from_text(text), 0.0)
    assert (report.sentiment is Sentiment.NEGATIVE) == (kind == 'neg')
    if kind == 'neu':
        assert max(report.emotion_probabilities[emotion] for emotion in UNPLEASANT) < 0.5
