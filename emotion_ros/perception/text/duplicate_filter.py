# SPDX-License-Identifier: MIT
"""Hearing the same thing again at once."""


class DuplicateFilter:
    """Recognises a text that comes again within ``window_s`` of its last time.

    A stuck recogniser that repeats itself for minutes is heard once. Time is an argument; after
    a jump back nothing is a repetition.
    """

    def __init__(self, window_s: float = 1.0) -> None:
        self._window_s = window_s
        self._text = ''
        self._heard_s = float('-inf')

    def is_duplicate(self, text: str, now_s: float) -> bool:
        """Return whether this text was the last one and is less than the window ago."""
        elapsed_s = now_s - self._heard_s
        repeated = text == self._text and 0 <= elapsed_s < self._window_s
        self._text, self._heard_s = text, now_s
        return repeated
