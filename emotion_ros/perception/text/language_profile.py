# SPDX-License-Identifier: MIT
"""Language identification among languages of one script, by letter trigrams and words."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.files.checked import read_json

MAX_COST = 20.0
RARE_WORD_COST = 2.0
OTHER_LETTER = '*'
FILE_NAME = 'language_{}.json'
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


@dataclass(frozen=True)
class LanguageProfile:
    """The trigram model of one language.

    ``costs`` [n, n, n] is -log P(third letter | first two) in nats over ``alphabet``, which ends
    with a space and a sign for all other letters; ``words`` are its most common words. Text whose
    cost is above ``threshold`` is in another language.
    """

    language: str
    alphabet: str
    costs: NDArray[np.float64]
    words: frozenset[str]
    threshold: float

    def cost(self, text: str) -> float:
        """Return the mean cost per letter, plus RARE_WORD_COST times the share of rare words.

        In nats; 0 for a text without letters.
        """
        words = split_words(text)
        if not words:
            return 0.0
        i = encode_letters(words, self.alphabet)
        rare = sum(word not in self.words for word in words) / len(words)
        return float(self.costs[i[:-2], i[1:-1], i[2:]].mean()) + RARE_WORD_COST * rare

    def excess(self, text: str) -> float:
        """Return the cost minus the threshold: positive for another language."""
        return self.cost(text) - self.threshold


def split_words(text: str) -> list[str]:
    """Return the words in lower case; digits and punctuation do not count, inner ' does."""
    return _WORD.findall(text.lower().replace('\u2019', "'"))


def encode_letters(words: list[str], alphabet: str) -> NDArray[np.int64]:
    """Return the letters as indices into the alphabet, with one space around each word."""
    other = len(alphabet) - 1
    place = {letter: i for i, letter in enumerate(alphabet)}
    return np.array([place.get(c, other) for c in f' {" ".join(words)} '], np.int64)


def load_profile(path: Path) -> LanguageProfile:
    """Return what ``python -m training.text.language_profile`` wrote; ModelError when bad."""
    raw = read_json(path).mapping(
        'language', 'alphabet', 'costs', 'words', 'threshold', 'provenance'
    )
    alphabet = raw['alphabet'].string()
    count = len(alphabet)
    return LanguageProfile(
        raw['language'].string(),
        alphabet,
        np.reshape(raw['costs'].numbers(count**3, low=0, high=MAX_COST), (count,) * 3),
        frozenset(raw['words'].strings()),
        raw['threshold'].number(low=0, high=MAX_COST),
    )
