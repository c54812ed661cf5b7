# SPDX-License-Identifier: MIT
"""Language check: whether a text is in a language of the model."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import name

from emotion_ros.errors import ConfigError
from emotion_ros.perception.text.language_profile import (
    FILE_NAME,
    load_profile,
    split_words,
)

MIN_WORDS = 4
MIN_SHARE = 0.5
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
        all_there = all(path.exists() for path in paths)
        self._profiles = [load_profile(path) for path in paths] if all_there else []

    def check(self, text: str, reported: str = '') -> LanguageResult:
        """Check a cleaned text; ``reported`` is the code that the recogniser gave, if any."""
        if not self._languages:
            return LanguageResult(reported, True)
        if not _is_mostly(text, self._scripts):
            return LanguageResult(reported, False)
        if reported:
            return LanguageResult(reported, reported in self._languages)
        if (
            not self._profiles
            or len(set(split_words(text))) < MIN_WORDS
            or not _is_mostly(text, LATIN)
        ):
            return LanguageResult('', True)
        best = min(self._profiles, key=lambda profile: profile.excess(text))
        if best.excess(text) > 0:
            return LanguageResult('', False)
        return LanguageResult(best.language, True)


def _is_mostly(text: str, scripts: Iterable[str]) -> bool:
    """Return whether at least half of the letters are of these scripts, or there are none."""
    found = Counter(name(c, '').partition(' ')[0] for c in text if c.isalpha())
    return sum(found[script] for script in scripts) >= MIN_SHARE * sum(found.values())
