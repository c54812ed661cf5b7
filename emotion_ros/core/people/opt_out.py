# SPDX-License-Identifier: MIT
"""Spoken opt-out: words with which a person asks not to be analysed."""

from collections.abc import Sequence

from emotion_ros.core.speech.own_voice import words_of

PHRASES = (
    "don't analyze me",
    'do not analyze me',
    "don't analyse me",
    'do not analyse me',
    'stop analyzing me',
    'stop analysing me',
    "don't watch me",
    'do not watch me',
    'stop watching me',
    "don't read my face",
    'do not read my face',
    'stop reading my face',
    "don't record me",
    'do not record me',
    'stop recording me',
    'turn off emotion recognition',
    'i do not consent',
    "i don't consent",
)


class OptOutPhrases:
    """Phrases that are found in an utterance word by word.

    Case, punctuation and the kind of the apostrophe do not count; ``don't`` is also found as
    ``dont``, as recognisers write it. Words in between do: "don't ever watch me" is another one.
    """

    def __init__(self, phrases: Sequence[str] = PHRASES) -> None:
        self._phrases = [words for p in phrases if (words := _plain(p))]

    def are_in(self, text: str) -> bool:
        """Return whether one of the phrases is in a text."""
        words = _plain(text) if self._phrases else []
        return any(
            words[i : i + len(phrase)] == phrase
            for phrase in self._phrases
            for i in range(len(words) - len(phrase) + 1)
        )


def _plain(text: str) -> list[str]:
    return [word.replace("'", '') for word in words_of(text)]
