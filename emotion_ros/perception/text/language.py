# SPDX-License-Identifier: MIT
"""Language check: whether a text is in a language of the model."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from unicodedata import name

from emotion_ros.errors import ConfigError
from emotion_ros.perception.text.foreign_words import FOREIGN_WORDS, LOANWORDS, SHARED_WORDS
from emotion_ros.perception.text.language_profile import (
    FILE_NAME,
    LanguageProfile,
    load_profile,
    split_words,
)

MIN_WORDS = 4
MIN_SHARE = 0.5
ENOUGH_ENGLISH = 0.4
"""Text with so many common English words is English with names, in spite of its letters."""
LATIN = ('LATIN',)
SCRIPTS = {
    'ar': ('ARABIC',),
    'be': ('CYRILLIC',),
    'bg': ('CYRILLIC',),
    'el': ('GREEK',),
    'fa': ('ARABIC',),
    'he': ('HEBREW',),
    'hi': ('DEVANAGARI',),
    'ja': ('CJK', 'HIRAGANA', 'KATAKANA'),
    'ko': ('HANGUL', 'CJK'),
    'mk': ('CYRILLIC',),
    'ru': ('CYRILLIC',),
    'sr': ('CYRILLIC', 'LATIN'),
    'th': ('THAI',),
    'uk': ('CYRILLIC',),
    'ur': ('ARABIC',),
    'zh': ('CJK',),
}
"""Languages that are not written in Latin letters, by ISO 639-1."""


@dataclass(frozen=True)
class LanguageResult:
    """``code`` is the language (ISO 639-1), empty when it was not identified."""

    code: str
    is_supported: bool


class LanguageCheck:
    """Rejects text that is clearly in none of ``languages``; without any, it accepts all.

    The script is always checked. The language that a recogniser reports is taken as it is. Else
    text in Latin letters of four different words and more is compared with the profile of each
    language (``language_<code>.json`` in ``folder``); if one has none, only the script counts.
    """

    def __init__(self, languages: Sequence[str], folder: Path) -> None:
        for code in languages:
            if not (code.isascii() and code.islower() and len(code) == 2):
                raise ConfigError(f'languages: {code!r} is not a two-letter code such as en')
        self._languages = tuple(languages)
        self._scripts = {s for code in languages for s in SCRIPTS.get(code, LATIN)}
        latin = [code for code in languages if 'LATIN' in SCRIPTS.get(code, LATIN)]
        paths = [folder / FILE_NAME.format(code) for code in latin]
        self._paths = paths if all(path.exists() for path in paths) else []
        self._is_english = list(languages) == ['en']

    @cached_property
    def _profiles(self) -> list[LanguageProfile]:
        """Loaded at first use: it takes 20 ms."""
        return [load_profile(path) for path in self._paths]

    def check(self, text: str, reported: str = '') -> LanguageResult:
        """Check a cleaned text; ``reported`` is the code that the recogniser gave, if any."""
        if not self._languages:
            return LanguageResult(reported, True)
        if not _is_mostly(text, self._scripts):
            return LanguageResult(reported, False)
        if reported:
            return LanguageResult(reported, reported in self._languages)
        if not self._profiles or not _is_mostly(text, LATIN):
            return LanguageResult('', True)
        words = set(split_words(text))
        foreign, english = self._count_words(words)
        if foreign >= (1 if len(words) < MIN_WORDS else 2) and foreign > english:
            return LanguageResult('', False)
        if len(words) < MIN_WORDS:
            return LanguageResult('', True)
        excess, language = min((p.excess(text), p.language) for p in self._profiles)
        if excess > 0 and (foreign or english < ENOUGH_ENGLISH * len(words)):
            return LanguageResult('', False)
        return LanguageResult(language, True)

    def _count_words(self, words: set[str]) -> tuple[int, int]:
        """Return how many words are of another language, and how many are plainly English.

        In a short text a letter that English does not have counts as well; in a longer one it
        may be that of a name. Both are 0 unless English is the only language.
        """
        if not self._is_english:
            return 0, 0
        foreign = words & FOREIGN_WORDS
        if len(words) < MIN_WORDS:
            foreign |= {
                w for w in words if len(w) > len(w.encode('ascii', 'ignore')) > 0
            } - LOANWORDS
        return len(foreign), len((words & self._profiles[0].words) - SHARED_WORDS)


def _is_mostly(text: str, scripts: Collection[str]) -> bool:
    """Return whether at least half of the letters are of these scripts, or there are none."""
    if text.isascii():
        return 'LATIN' in scripts or not any(map(str.isalpha, text))
    found = Counter(name(c, '').partition(' ')[0] for c in text if c.isalpha())
    return sum(found[script] for script in scripts) >= MIN_SHARE * sum(found.values())
