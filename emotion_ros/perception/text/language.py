# SPDX-License-Identifier: MIT
"""Whether a text is in a language that the model was made for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from unicodedata import name

from emotion_ros.errors import ConfigError
from emotion_ros.perception.text.language_profile import (
    FILE_NAME,
    LanguageProfile,
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
class Verdict:
    """``code`` is the language (ISO 639-1), empty when it was not identified."""

    code: str
    is_supported: bool


class LanguageCheck:
    """Refuses text that is surely in none of ``languages``; without any, it accepts all.

    The script is always checked. A recogniser that names the language is believed. Else text in
    Latin letters must, from four different words on, look like one of the languages, if each of
    them has a profile (``language_<code>.json`` in ``folder``); without one the script decides.
    """

    def __init__(self, languages: Sequence[str], folder: Path) -> None:
        for code in languages:
            if not (code.isascii() and code.islower() and len(code) == 2):
                raise ConfigError(f'languages: {code!r} is not a two-letter code such as en')
        self._languages = tuple(languages)
        self._scripts = {s for code in languages for s in SCRIPTS.get(code, LATIN)}
        self._profiles = _load_profiles(languages, folder)

    def check(self, text: str, said: str = '') -> Verdict:
        """Judge a cleaned text; ``said`` is the code that the recogniser gave, if any."""
        if not self._languages:
            return Verdict(said, True)
        if not _is_mostly(text, self._scripts):
            return Verdict(said, False)
        if said:
            return Verdict(said, said in self._languages)
        if (
            not self._profiles
            or len(set(split_words(text))) < MIN_WORDS
            or not _is_mostly(text, LATIN)
        ):
            return Verdict('', True)
        best = min(self._profiles, key=lambda profile: profile.excess(text))
        return Verdict('', False) if best.excess(text) > 0 else Verdict(best.language, True)


def _load_profiles(languages: Iterable[str], folder: Path) -> tuple[LanguageProfile, ...]:
    """Return a profile for each language in Latin letters, or none unless all have one."""
    latin = [code for code in languages if 'LATIN' in SCRIPTS.get(code, LATIN)]
    paths = [folder / FILE_NAME.format(code) for code in latin]
    return tuple(load_profile(p) for p in paths) if all(p.exists() for p in paths) else ()


def _is_mostly(text: str, scripts: Iterable[str]) -> bool:
    """Return whether at least half of the letters are of these scripts, or there are none."""
    found = Counter(name(c, '').partition(' ')[0] for c in text if c.isalpha())
    return sum(found[script] for script in scripts) >= MIN_SHARE * sum(found.values())
