# SPDX-License-Identifier: MIT
"""Detects what a recogniser sends again: an utterance, or the whole transcript so far."""

import re

SENTENCE_WORDS = 4
"""So many words are the same sentence again within SENTENCE_WINDOW_S; fewer, within a second."""
SENTENCE_WINDOW_S = 3.0
TIMER_JITTER_S = 0.1
"""A timer keeps its period, a person does not."""
LONG_WORDS = 12
"""So many words no person says again without a change."""
PAUSE_S = 2.0
LONGEST_PAUSE_S = 60.0
MOST_VOICES = 16
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE_END = re.compile('[.!?…]')


class DuplicateFilter:
    """Detects a text that comes again soon after its last occurrence.

    Of a recogniser that repeats a sentence for minutes by a timer of at most SENTENCE_WINDOW_S
    only the first passes; a person who repeats it later, or at changing intervals, counts
    again. Time is an argument; after a backward jump nothing is a duplicate.
    """

    def __init__(self, window_s: float = 1.0) -> None:
        self._window_s = window_s
        self._text = ''
        self._last_s = self._passed_s = float('-inf')
        self._interval_s = float('inf')

    def is_duplicate(self, text: str, now_s: float) -> bool:
        """Return whether this text was the last one, less than the window ago; record it."""
        interval_s = now_s - self._last_s
        is_same = text == self._text and interval_s >= 0
        is_sentence = text.count(' ') >= SENTENCE_WORDS - 1
        is_by_timer = (
            interval_s < SENTENCE_WINDOW_S and abs(interval_s - self._interval_s) <= TIMER_JITTER_S
        )
        is_soon = now_s - self._passed_s < SENTENCE_WINDOW_S
        is_duplicate = is_same and (
            interval_s < self._window_s or (is_sentence and (is_soon or is_by_timer))
        )
        self._interval_s = interval_s if is_same else float('inf')
        self._text, self._last_s = text, now_s
        if not is_duplicate:
            self._passed_s = now_s
        return is_duplicate


class Transcript:
    """Finds the new sentences of a recogniser that publishes all that was said so far.

    A person, too, may say a sentence again and go on. So a text that begins with the last one
    counts as a transcript only if that one already did, or LONG_WORDS are the same; and what is
    new counts from the beginning of its sentence. What grows while a person speaks stays one
    text: new words are apart only after a sentence that was finished or a pause of PAUSE_S.
    """

    def __init__(self) -> None:
        self._words: list[str] = []
        self._is_finished = False
        self._has_grown = False
        self._last_s = float('-inf')

    def new_words(self, text: str, now_s: float) -> str:
        """Return the part of ``text`` that was not in the last one; record it."""
        spans = [match.span() for match in _WORD.finditer(text)]
        words = [text[begin:end].casefold() for begin, end in spans]
        before, elapsed_s = self._words, now_s - self._last_s
        is_apart = self._is_finished or elapsed_s >= PAUSE_S
        common = 0
        if 0 <= elapsed_s < LONGEST_PAUSE_S:
            counts = range(min(len(before), len(words) - 1), SENTENCE_WORDS - 1, -1)
            common = next((n for n in counts if before[-n:] == words[:n]), 0)
        is_believed = is_apart and (common >= LONG_WORDS or (common > 0 and self._has_grown))
        self._words, self._last_s, self._has_grown = words, now_s, common > 0
        self._is_finished = text.rstrip('"\' ').endswith(('.', '!', '?', '…'))
        if not is_believed:
            return text
        begin = spans[common][0]
        ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, begin)]
        if not ends:  # without full stops a long repetition is the only sign
            return text[begin:] if common >= LONG_WORDS else text
        return text[next((b for b, _ in spans if b >= ends[-1]), begin) :]


class Repetitions:
    """What each voice repeats; words of an unknown voice are taken for the last one's."""

    def __init__(self) -> None:
        self._voices: dict[str, tuple[DuplicateFilter, Transcript]] = {}
        self._last_voice = ''

    def of(self, voice: str) -> tuple[DuplicateFilter, Transcript]:
        """Return the memory of a voice; the oldest one goes when it is full."""
        voice = self._last_voice = voice or self._last_voice
        if voice not in self._voices and len(self._voices) >= MOST_VOICES:
            del self._voices[next(iter(self._voices))]
        return self._voices.setdefault(voice, (DuplicateFilter(), Transcript()))
