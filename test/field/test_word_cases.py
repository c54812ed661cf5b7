# SPDX-License-Identifier: MIT
"""What speech recognisers really publish, by public reports: one line a case in words.txt.

A name, where it was reported, the text of the message (``⏎`` is a line break, ``␛`` is ESC), and
what becomes of it: the words that are classified, or ``!`` and the reason why there are none.
"""

from pathlib import Path

import numpy as np
import pytest

from emotion_ros.core.speech.utterance import Utterance
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.engine import TextPrediction
from emotion_ros.perception.text.pipeline import TextPipeline

CASES = Path(__file__).with_name('words.txt')


def cases() -> list[tuple[str, str, str]]:
    """Return id, text and expected outcome of every line."""
    found = []
    for line in CASES.read_text(encoding='utf-8').splitlines():
        name, _, rest = line.split(' | ', 2)
        text, _, expected = rest.rpartition(' | ')
        found.append((name, text.replace('⏎', '\n').replace('␛', '\x1b'), expected))
    return found


class Recorder:
    """An engine that remembers what it was given."""

    name, sha256 = 'recorder', ''

    def __init__(self) -> None:
        self.texts: list[str] = []

    def classify(self, text: str) -> TextPrediction:
        """Find everything neutral."""
        self.texts.append(text)
        return TextPrediction(np.full(3, 1 / 3), np.full(7, 1 / 7), 5, 5, truncated=False)


def outcome(text: str, **options: bool) -> str:
    """Return the words that are classified, or ``!`` and the reason."""
    engine = Recorder()
    pipeline = TextPipeline(SentimentConfig(**options), engine)
    try:
        report = pipeline.process(Utterance.from_text(text), 0.0)
    except InvalidInput as error:
        return f'!{error.reason}'
    return f'!{report.reason}' if report.reason else engine.texts[0]


@pytest.mark.parametrize(('name', 'text', 'expected'), cases(), ids=[case[0] for case in cases()])
def test_what_becomes_of_a_text(name, text, expected):
    assert outcome(text) == expected, name


def test_each_case_has_a_name_of_its_own():
    names = [name for name, _, _ in cases()]
    assert len(set(names)) == len(names) > 80


HOSTILE = '{}[]()<>"\'\\:,.*_-|♪🎵\x1b\0\u202e\u200d\ud800 aT0%#'


def test_a_damaged_message_is_words_or_is_refused():
    """Turns red when a cut, repeated or spoiled message raises anything but InvalidInput."""
    rng = np.random.default_rng(5)
    texts = [text for _, text, _ in cases()]
    for _ in range(400):
        text = texts[rng.integers(len(texts))] * rng.choice((1, 1, 20))
        text = text[: rng.integers(1, 2_000)]
        for _ in range(rng.integers(9)):
            at = rng.integers(len(text) + 1)
            text = text[:at] + HOSTILE[rng.integers(len(HOSTILE))] + text[at:]
        assert outcome(text), text


@pytest.mark.parametrize(
    ('text', 'confidence'),
    [
        ('{"text": "hi", "confidence": 0.4}', 0.4),
        ('{"text": "hi you", "result": [{"conf": 0.9}, {"conf": 0.7}]}', 0.8),
        ('{"NBest": [{"Confidence": 0.5, "Display": "hi"}], "DisplayText": "hi"}', 0.5),
        ('{"alternatives": [{"text": "hi", "confidence": 210.0}]}', 1.0),
        ('{"text": "hi"}', 1.0),
        ("{'text': 'hi', 'confidence': np.float64(0.4)}", 0.4),
    ],
)
def test_confidence_in_json_counts(text, confidence):
    assert Utterance.from_text(text).confidence_or_one == pytest.approx(confidence)


@pytest.mark.parametrize(
    ('given', 'code'),
    [
        *[
            ('eng', 'en'),
            ('english', 'en'),
            ('English (United States)', 'en'),
            ('en_US.UTF-8', 'en'),
        ],
        *[
            ('EN', 'en'),
            ('de-AT', 'de'),
            ('german', 'de'),
            ('cmn-Hans-CN', 'zh'),
            ('<|es|>', 'es'),
        ],
        *[(none, '') for none in ('', 'auto', 'C', 'POSIX', 'und', 'unknown', 'xx', '0')],
    ],
)
def test_a_language_is_an_iso_code_or_nothing(given, code):
    assert Utterance('hi', language=given).language_code == code


def test_inventions_can_be_let_through():
    assert outcome('Thanks for watching!', drop_hallucinations=False) == 'Thanks for watching!'
