# SPDX-License-Identifier: MIT
"""Transcript: utterances with their sentiment, matched from two topics."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import inf

from emotion_ros.conversions.state_fields import Fields
from emotion_ros.core.observations import SentimentResult

MATCH_S = 1.0
"""Words and a sentiment belong together when their times differ by less than this."""


@dataclass(frozen=True)
class Line:
    """An utterance at ``at_s``; words or sentiment are None until they have arrived.

    ``reject_reason`` is why it has not been scored, '' when it has or when that is not known.
    """

    at_s: float
    words: str | None = None
    sentiment: SentimentResult | None = None
    reject_reason: str = ''

    def to_fields(self, now_s: float) -> Fields:
        """Return the line as plain data, with its age (s) at ``now_s``."""
        result = self.sentiment
        return {
            'age': now_s - self.at_s,
            'words': self.words,
            'sentiment': result.sentiment.label if result else None,
            'confidence': result.confidence if result else None,
            'reject_reason': result.reject_reason if result else self.reject_reason,
        }


class Transcript:
    """The latest ``size`` utterances (None: all of them), oldest first.

    The speech topic has no stamps and its words are not in the sentiment's message: a sentiment
    is matched with the words nearest in time that have none, and the other way round.
    """

    def __init__(self, size: int | None) -> None:
        self._lines: deque[Line] = deque(maxlen=size)

    def add_words(self, words: str, at_s: float) -> None:
        """Add words received at ``at_s``."""
        index = self._nearest(at_s, lambda line: line.words is None)
        if index is None:
            self._lines.append(Line(at_s, words=words))
        else:
            self._lines[index] = replace(self._lines[index], words=words)

    def add_sentiment(self, sentiment: SentimentResult, at_s: float) -> None:
        """Add the sentiment of an utterance received at about ``at_s``."""
        index = self._nearest(at_s, lambda line: line.sentiment is None)
        if index is None:
            self._lines.append(Line(at_s, sentiment=sentiment))
        else:
            self._lines[index] = replace(self._lines[index], sentiment=sentiment)

    def reject(self, reason: str, since_s: float) -> None:
        """Note why an utterance was not scored: the first since ``since_s`` without a result."""
        for index, line in enumerate(self._lines):
            if line.at_s >= since_s and line.sentiment is None and not line.reject_reason:
                self._lines[index] = replace(line, reject_reason=reason)
                return

    def clear(self) -> None:
        """Remove all lines."""
        self._lines.clear()

    def __iter__(self) -> Iterator[Line]:
        return iter(tuple(self._lines))

    def _nearest(self, at_s: float, lacks: Callable[[Line], bool]) -> int | None:
        near = [(abs(line.at_s - at_s), i) for i, line in enumerate(self._lines) if lacks(line)]
        distance_s, index = min(near, default=(inf, 0))
        return index if distance_s < MATCH_S else None
