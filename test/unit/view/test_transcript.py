# SPDX-License-Identifier: MIT
"""Words and their tone come from two topics, in either order."""

import pytest

from emotion_ros.core.emotions import Sentiment
from emotion_ros.core.observations import Tone
from emotion_ros.view.transcript import TOGETHER_S, Line, Transcript

GLAD = Tone(Sentiment.POSITIVE, 0.9)
SOUR = Tone(Sentiment.NEGATIVE, 0.8)


def transcript(*events: tuple[float, str | Tone], size: int | None = None) -> list[Line]:
    """Return the lines after these words and tones."""
    transcript = Transcript(size)
    for at_s, event in events:
        if isinstance(event, Tone):
            transcript.judge(event, at_s)
        else:
            transcript.hear(event, at_s)
    return list(transcript)


@pytest.mark.parametrize(
    ('events', 'lines'),
    [
        ([], []),
        ([(1.0, 'hi')], [Line(1.0, 'hi')]),
        ([(1.0, GLAD)], [Line(1.0, tone=GLAD)]),
        ([(1.0, 'hi'), (1.1, GLAD)], [Line(1.0, 'hi', GLAD)]),
        ([(1.1, GLAD), (1.0, 'hi')], [Line(1.1, 'hi', GLAD)]),
        ([(1.0, 'hi'), (1.0 + TOGETHER_S, GLAD)], [Line(1.0, 'hi'), Line(2.0, tone=GLAD)]),
        (
            [(1.0, 'a'), (1.4, 'b'), (1.3, SOUR), (1.1, GLAD)],
            [Line(1.0, 'a', GLAD), Line(1.4, 'b', SOUR)],
        ),
        ([(1.0, 'a'), (1.0, GLAD), (1.1, SOUR)], [Line(1.0, 'a', GLAD), Line(1.1, tone=SOUR)]),
        ([(1.0, 'a'), (1.0, 'a')], [Line(1.0, 'a'), Line(1.0, 'a')]),
    ],
)
def test_a_tone_goes_to_the_nearest_words_that_have_none(events, lines):
    assert transcript(*events) == lines


def test_only_the_latest_lines_are_kept():
    assert [line.words for line in transcript((1, 'a'), (2, 'b'), (3, 'c'), size=2)] == ['b', 'c']


def test_it_can_forget():
    transcript = Transcript(None)
    transcript.hear('a', 1.0)
    transcript.clear()
    assert list(transcript) == []
