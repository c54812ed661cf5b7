# SPDX-License-Identifier: MIT
"""Detects what a recogniser sends again: an utterance, or the whole transcript so far."""

import re

SENTENCE_WORDS = 4
"""So many words are the same sentence again within SENTENCE_WINDOW_S; fewer, within a second."""
SENTENCE_WINDOW_S = 5.0
PAUSE_S = 2.0
LONGEST_PAUSE_S = 60.0
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class DuplicateFilter:
    """Detects a text that comes again soon after its last occurrence.

    Of a recogniser that repeats one text for minutes only the first passes. Time is an argument;
    after a backward jump nothing is a duplicate.
    """

    def __init__(self, window_s: float = 1.0) -> None:
        self._window_s = window_s
        self._text = ''
        self._last_s = float('-inf')

    def is_duplicate(self, text: str, now_s: float) -> bool:
        """Return whether this text was the last one, less than the window ago; record it."""
        elapsed_s = now_s - self._last_s
        is_sentence = text.count(' ') >= SENTENCE_WORDS - 1
        window_s = SENTENCE_WINDOW_S if is_sentence else self._window_s
        duplicate = text == self._text and 0 <= elapsed_s < window_s
        self._text, self._last_s = text, now_s
        return duplicate


class Transcript:
    """Finds the new words of a recogniser that publishes all that was said so far.

    What grows while a person speaks stays one text: new words are apart only after a sentence
    that was finished or a pause of PAUSE_S.
    """

    def __init__(self) -> None:
        self._words: list[str] = []
        self._is_finished = False
        self._last_s = float('-inf')

    def new_words(self, text: str, now_s: float) -> str:
        """Return the end of ``text`` that does not repeat the end of the last one; record it."""
        spans = [match.span() for match in _WORD.finditer(text)]
        words = [text[begin:end].casefold() for begin, end in spans]
        before, elapsed_s = self._words, now_s - self._last_s
        is_apart = self._is_finished or elapsed_s >= PAUSE_S
        self._words, self._last_s = words, now_s
        self._is_finished = text.rstrip('"\' ').endswith(('.', '!', '?', '…'))
        if not is_apart or not 0 <= elapsed_s < LONGEST_PAUSE_S:
            return text
        for count in range(min(len(before), len(words) - 1), SENTENCE_WORDS - 1, -1):
            if before[-count:] == words[:count]:
                return text[spans[count][0] :]
        return text
