# SPDX-License-Identifier: MIT
"""Spoken opt-out: words with which a person asks not to be analysed."""

import re
from collections.abc import Sequence

from emotion_ros.core.speech.own_voice import words_of
from emotion_ros.files.resources import PACKAGED

_WATCH = 'analyze|analyse|watch|record|film|photograph|scan|track|observe|monitor'
_WATCHING = (
    'analyzing|analysing|watching|recording|filming|photographing|scanning|tracking|observing'
    '|monitoring'
)
_WATCHED = 'analyzed|analysed|watched|recorded|filmed|photographed|scanned|tracked|monitored'
_MINE = 'my|our face|faces|emotion|emotions|feelings|mood|expression|expressions|mind|voice|words'
_ANALYSIS = 'recognition|analysis|detection|tracking'
PHRASES = (
    f"don't|not|never|stop|quit|without * {_WATCH}|{_WATCHING} me|us",
    f"don't|not|never|stop|quit * {_WATCH}|{_WATCHING}|read|reading|see|seeing {_MINE}",
    "don't|not|never|stop|quit * listen|listening to me|us",
    "don't|not|never|stop|quit * spy|spying on me|us",
    'stop analyzing|analysing|recording|filming',
    f"don't|not|never|object * be|being|get|getting {_WATCHED}",
    f"don't|not|never * {_MINE} {_WATCHED}|read",
    f"don't|not|never * {_MINE} be|being|get|getting|to * {_WATCHED}|read",
    "don't|not|never|stop|no * picture|pictures|photo|photos|video|videos of me|us",
    "don't|not|never|stop * take|taking my|our picture|pictures|photo|photos",
    'turn|switch|shut off * camera|cameras',
    'turn|switch|shut * camera|cameras off',
    'disable|stop the|your camera|cameras',
    f'turn|switch|shut|no|stop|disable * emotion|emotions|face|facial|mood {_ANALYSIS}',
    "don't|not|no consent",
    "don't|not * give|given * my|you|any consent",
    'withdraw|revoke|withdrawing|revoking my consent',
    'opt|opting me|us out',
    'opt|opting out',
    'delete|erase my|our data|picture|pictures|photo|photos|video|videos',
)
MOST_BETWEEN = 4
BETWEEN = rf'(?:(?!mind|care)\w+ ){{0,{MOST_BETWEEN}}}'
"""Who does not mind or care agrees."""


class OptOutPhrases:
    """Phrases that are found in an utterance word by word.

    In a phrase, ``a|b`` is one of several words, and ``*`` up to MOST_BETWEEN words. Case,
    punctuation and the kind of the apostrophe do not count; ``don't`` is also found as ``dont``,
    as recognisers write it. The phrase ``packaged`` stands for PHRASES.
    """

    def __init__(self, phrases: Sequence[str] = (PACKAGED,)) -> None:
        given = [p for phrase in phrases for p in (PHRASES if phrase == PACKAGED else (phrase,))]
        patterns = [pattern for phrase in given if (pattern := _pattern(phrase))]
        self._pattern = re.compile(rf'\b(?:{"|".join(patterns)})') if patterns else None

    def are_in(self, text: str) -> bool:
        """Return whether one of the phrases is in a text."""
        return self._pattern is not None and bool(self._pattern.search(_plain(text)))


def _plain(text: str) -> str:
    """Return the words of a text without apostrophes, each with a blank behind it."""
    return ''.join(f'{word} ' for word in words_of(text)).replace("'", '')


def _pattern(phrase: str) -> str:
    """Return a phrase as a regular expression; '' of one without words."""
    parts = [[_plain(word) for word in part.split('|')] for part in phrase.split()]
    if not any(word for part in parts for word in part):
        return ''
    return ''.join(
        BETWEEN if given == '*' else f'(?:{"|".join(filter(None, words))})'
        for given, words in zip(phrase.split(), parts, strict=True)
        if given == '*' or any(words)
    )
