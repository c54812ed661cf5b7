# SPDX-License-Identifier: MIT
"""Rewrite written text as a speech recogniser would print it.

``spoken`` is fixed: lower case, no punctuation, no emoji, mentions or links, numbers as words.
``with_word_errors`` adds what a recogniser gets wrong.
"""

import re

import numpy as np

_NOT_SAID = re.compile(r'https?\S*|\bhttp\b|@\w+|&\w+;')
_NUMBER = re.compile(r'\d+')
_GROUPED = re.compile(r'(?<=\d),(?=\d{3}\b)')
_NOT_A_WORD = re.compile(r"[^a-z']+")
_LONE_QUOTE = re.compile(r"(?<![a-z])'+|'+(?![a-z])")

_UP_TO_TWELVE = 'zero one two three four five six seven eight nine ten eleven twelve'
_TEENS = 'thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
_ONES = f'{_UP_TO_TWELVE} {_TEENS}'.split()
_ALL_TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'
_TENS = _ALL_TENS.split()
_SCALES = ((1000, 'thousand'), (100, 'hundred'))


def spoken(text: str) -> str:
    """``text`` without word errors; "" when nothing of it can be said."""
    text = _NOT_SAID.sub(' ', text.replace('’', "'").replace('&amp;', ' and '))
    text = _NUMBER.sub(lambda m: f' {number_words(m.group())} ', _GROUPED.sub('', text))
    text = _LONE_QUOTE.sub(' ', _NOT_A_WORD.sub(' ', text.lower()))
    return ' '.join(text.split())


def number_words(digits: str) -> str:
    """``'21'`` to ``'twenty one'``; from a million on, digit by digit."""
    if len(digits) > 6:
        return ' '.join(_ONES[int(d)] for d in digits)
    return _below_million(int(digits))


def with_word_errors(text: str, rate: float, rng: np.random.Generator) -> str:
    """Each word is, with probability ``rate``, dropped or swapped with the next one."""
    words, hit = text.split(), []
    for i, word in enumerate(words):
        if rng.random() >= rate:
            hit.append(word)
        elif rng.random() < 0.5 and i + 1 < len(words):
            words[i + 1], word = word, words[i + 1]
            hit.append(word)
    return ' '.join(hit) or text


def _below_million(number: int) -> str:
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens - 2] + (f' {_ONES[ones]}' if ones else '')
    size, name = next(s for s in _SCALES if number >= s[0])
    many, rest = divmod(number, size)
    return f'{_below_million(many)} {name}' + (f' {_below_million(rest)}' if rest else '')
