# SPDX-License-Identifier: MIT
"""What was said and how it sounded, brought together from two topics."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import inf

from emotion_ros.core.observations import Tone

TOGETHER_S = 1.0
"""Words and their tone belong together when their stamps differ by less than this."""


@dataclass(frozen=True)
class Line:
    """An utterance at ``at_s``; words or tone are missing when only the other was heard."""

    at_s: float
    words: str | None = None
    tone: Tone | None = None


class Transcript:
    """The latest ``size`` utterances, oldest first.

    Words have no stamp and come on a topic of their own: a tone goes to the words that were
    heard nearest to its stamp, or waits for them.
    """

    def __init__(self, size: int | None) -> None:
        self._lines: deque[Line] = deque(maxlen=size)

    def hear(self, words: str, at_s: float) -> None:
        """Take in words, heard at ``at_s``."""
        index = self._nearest(at_s, lambda line: line.words is None)
        if index is None:
            self._lines.append(Line(at_s, words=words))
        else:
            self._lines[index] = replace(self._lines[index], words=words)

    def judge(self, tone: Tone, at_s: float) -> None:
        """Take in the tone of the words that were heard at about ``at_s``."""
        index = self._nearest(at_s, lambda line: line.tone is None)
        if index is None:
            self._lines.append(Line(at_s, tone=tone))
        else:
            self._lines[index] = replace(self._lines[index], tone=tone)

    def clear(self) -> None:
        """Forget everything."""
        self._lines.clear()

    def __iter__(self) -> Iterator[Line]:
        return iter(tuple(self._lines))

    def _nearest(self, at_s: float, lacks: Callable[[Line], bool]) -> int | None:
        near = [(abs(line.at_s - at_s), i) for i, line in enumerate(self._lines) if lacks(line)]
        distance_s, index = min(near, default=(inf, 0))
        return index if distance_s < TOGETHER_S else None
