# SPDX-License-Identifier: MIT
"""Detects an utterance that a recogniser sends again at once."""


class DuplicateFilter:
    """Detects a text that comes again within ``window_s`` of its last occurrence.

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
        duplicate = text == self._text and 0 <= elapsed_s < self._window_s
        self._text, self._last_s = text, now_s
        return duplicate
