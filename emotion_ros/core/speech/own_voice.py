# SPDX-License-Identifier: MIT
"""Words of the robot itself: what is said while it is muted, or repeats what it said.

Times are ROS time (s); after a backward jump of the clock what was before is forgotten.
"""

import re
from collections import deque
from difflib import SequenceMatcher

KEPT_S = 60.0
SECONDS_PER_WORD = 0.45
"""Of slow synthetic speech; a text may be announced before it is spoken."""
SIMILAR = 0.8
MIN_WORDS = 3
"""Fewer words may be an answer that takes up a word of the robot's question."""
MOST_WORDS = 100
MOST_TEXTS = 50
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class MutedTimes:
    """When the robot was muted; words count as muted until ``hold_s`` after the end."""

    def __init__(self) -> None:
        self.is_muted = False
        self._spans: deque[tuple[float, float]] = deque()
        self._since_s = 0.0

    def update(self, is_muted: bool, now_s: float) -> None:
        """Take over what ``mute`` says now."""
        if self._spans and self._spans[-1][1] > now_s:
            self._spans.clear()
        if is_muted and not self.is_muted:
            self._since_s = now_s
        if self.is_muted and not is_muted:
            self._spans.append((min(self._since_s, now_s), now_s))
        while self._spans and self._spans[0][1] < now_s - KEPT_S:
            self._spans.popleft()
        self.is_muted = is_muted

    def contains(self, stamp_s: float, now_s: float, hold_s: float) -> bool:
        """Return whether words of this stamp, received now, were said while muted.

        Words without a stamp have that of their receipt.
        """
        if self.is_muted and not stamp_s < self._since_s <= now_s:
            return True
        return any(begin <= stamp_s <= end + hold_s for begin, end in self._spans if end <= now_s)


class RobotSpeech:
    """What the robot said lately, to recognise it in what a recogniser returns."""

    def __init__(self) -> None:
        self._said: deque[tuple[float, float, list[str]]] = deque(maxlen=MOST_TEXTS)

    def add(self, text: str, now_s: float) -> None:
        """Take a text that the robot begins to speak now."""
        words = words_of(text)[:MOST_WORDS]
        self._said.append((now_s, now_s + SECONDS_PER_WORD * len(words), words))

    def is_speaking(self, now_s: float, window_s: float) -> bool:
        """Return whether the robot speaks now, by the estimate, or ended ``window_s`` ago."""
        return any(begin <= now_s <= end + window_s for begin, end, _ in self._said)

    def repeats(self, text: str, now_s: float, window_s: float) -> bool:
        """Return whether the text is what the robot said, or a part of it, with small errors.

        It counts until ``window_s`` after its estimated end.
        """
        recent = [said for said in self._said if said[0] <= now_s <= said[1] + window_s]
        self._said = deque(recent, maxlen=MOST_TEXTS)
        texts = [words for _, _, words in recent]
        if not texts:
            return False
        found = words_of(text)[:MOST_WORDS]
        return any(
            _is_part(found, words)
            for words in (*texts, [word for words in texts for word in words])
        )


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, with plain apostrophes."""
    return _WORD.findall(text.casefold().replace('’', "'"))


def _is_part(found: list[str], said: list[str]) -> bool:
    """Return whether words are a part of others; of few words, whether they are all of them."""
    if not found or not said:
        return False
    if len(found) < MIN_WORDS:
        return _similarity(found, said) >= SIMILAR
    matcher = SequenceMatcher(None, said, found, autojunk=False)
    begin, offset, size = matcher.find_longest_match(0, len(said), 0, len(found))
    if not size:
        return _similarity(found, said) >= SIMILAR
    first = max(begin - offset, 0)
    more = 1 if len(found) > MIN_WORDS else 0
    lengths = range(len(found) - more, len(found) + more + 1)
    return any(
        _similarity(found, said[start : start + length]) >= SIMILAR
        for start in {max(first - 1, 0), first, first + 1}
        for length in lengths
        if start + length <= len(said)
    )


def _similarity(one: list[str], other: list[str]) -> float:
    return SequenceMatcher(None, ' '.join(one), ' '.join(other), autojunk=False).ratio()
