# SPDX-License-Identifier: MIT
"""Words and their sentiment come from two topics, in either order."""

import pytest

from emotion_ros.core.emotions import Sentiment
from emotion_ros.core.observations import SentimentResult
from emotion_ros.view.transcript import MATCH_S, Line, Transcript

POSITIVE = SentimentResult(Sentiment.POSITIVE, 0.9)
NEGATIVE = SentimentResult(Sentiment.NEGATIVE, 0.8)


def transcript(
    *events: tuple[float, str | SentimentResult], size: int | None = None
) -> list[Line]:
    """Return the lines after these words and sentiments."""
    transcript = Transcript(size)
    for at_s, event in events:
        if isinstance(event, SentimentResult):
            transcript.add_sentiment(event, at_s)
        else:
            transcript.add_words(event, at_s)
    return list(transcript)


@pytest.mark.parametrize(
    ('events', 'lines'),
    [
        ([], []),
        ([(1.0, 'hi')], [Line(1.0, 'hi')]),
        ([(1.0, POSITIVE)], [Line(1.0, sentiment=POSITIVE)]),
        ([(1.0, 'hi'), (1.1, POSITIVE)], [Line(1.0, 'hi', POSITIVE)]),
        ([(1.1, POSITIVE), (1.0, 'hi')], [Line(1.1, 'hi', POSITIVE)]),
        (
            [(1.0, 'hi'), (1.0 + MATCH_S, POSITIVE)],
            [Line(1.0, 'hi'), Line(2.0, sentiment=POSITIVE)],
        ),
        (
            [(1.0, 'a'), (1.4, 'b'), (1.3, NEGATIVE), (1.1, POSITIVE)],
            [Line(1.0, 'a', POSITIVE), Line(1.4, 'b', NEGATIVE)],
        ),
        (
            [(1.0, 'a'), (1.0, POSITIVE), (1.1, NEGATIVE)],
            [Line(1.0, 'a', POSITIVE), Line(1.1, sentiment=NEGATIVE)],
        ),
        ([(1.0, 'a'), (1.0, 'a')], [Line(1.0, 'a'), Line(1.0, 'a')]),
    ],
)
def test_a_sentiment_goes_to_the_nearest_words_that_have_none(events, lines):
    assert transcript(*events) == lines


def test_only_the_latest_lines_are_kept():
    assert [line.words for line in transcript((1, 'a'), (2, 'b'), (3, 'c'), size=2)] == ['b', 'c']


def test_clear_removes_all_lines():
    transcript = Transcript(None)
    transcript.add_words('a', 1.0)
    transcript.clear()
    assert list(transcript) == []
