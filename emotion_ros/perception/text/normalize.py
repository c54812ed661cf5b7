# SPDX-License-Identifier: MIT
"""Normalises the text of a speech recogniser for a model; independent of the language."""

import re
from contextlib import suppress
from dataclasses import dataclass
from unicodedata import category, normalize

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.text.recogniser_marks import remove_marks

ZERO_WIDTH_JOINER = '\u200d'
LATIN_1 = '\xff'
EMOJI_PARTS = ('So', 'Sk', 'Mn')
NON_SPEECH_SYMBOLS = frozenset('♪♫♬♩♭♯🎵🎶🎼\ufffd')
"""Symbols of category So that recognisers print for silence and music."""

MOST_REPETITIONS = 10
"""So often a person may say one word; a recogniser that is stuck goes on."""
NOISE_WORDS = {
    'you',
    'the',
    'a',
    'an',
    'and',
    'i',
    'to',
    'of',
    'it',
    'uh',
    'um',
    'hm',
    'huh',
    'eh',
}
"""A loop of one of these is what recognisers make of noise, not an answer."""
LONGEST_PHRASE = 16
MIN_RUN = 3
MAX_PASSES = 4
"""Loops of loops: what is left of one is looked at again, so often at most."""
_TERMINAL = re.compile(r'\x1b\[[0-?]*[ -/]*[@-~]')
"""Colours and cleared lines, as programs print them to a terminal."""
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""ASCII as input methods for Chinese and Japanese write it."""
_WORD = re.compile(r"[^\W_]+(?:['’*][^\W_]+)*")
_PUNCTUATION = re.compile('[.,!?;:\u2026]')
_FACE = re.compile(r"[:;=8xX]['-]?[()DPp/\\|\[\]{}3]|<3")


@dataclass(frozen=True)
class CleanText:
    """Text in NFC on one line, without invisible characters, of at most the given length.

    ``truncated``: the beginning was left out.
    """

    text: str
    truncated: bool = False


def clean_text(raw: str, max_chars: int) -> CleanText:
    """Return the end of ``raw``, cleaned, in time that does not grow with the rest; total.

    Marks of recognisers are left out and a phrase in a loop is taken once. InvalidInput:
    ``empty`` when it has no words, ``repetition`` when it is one word over and over, as
    recognisers make of noise.
    """
    tail = raw[-2 * max_chars :]
    # Surrogate pairs are joined; a lone one, which UTF-8 cannot hold, becomes U+FFFD.
    valid = tail.encode('utf-16-le', 'surrogatepass').decode('utf-16-le', 'replace')
    visible = _remove_invisible(_decode(valid))  # in this order: &#8203; is invisible, too
    text = remove_marks(' '.join(normalize('NFC', visible).split()))
    truncated = len(text) > max_chars
    if truncated:  # from the start of a word, else of a character
        text = text[-max_chars:].lstrip(ZERO_WIDTH_JOINER)
        _, space, rest = text.partition(' ')
        text = remove_marks(rest if space else text)
    is_spoken = any(
        c.isalnum() or (c > LATIN_1 and c not in NON_SPEECH_SYMBOLS and category(c) in EMOJI_PARTS)
        for c in text
    )
    if not is_spoken and not _FACE.search(text):
        raise InvalidInput('empty', 'nothing was said')
    return CleanText(remove_loops(text), truncated or len(raw) > len(tail))


def is_unpunctuated(text: str) -> bool:
    """Return whether these are several words without punctuation, as many recognisers print."""
    return ' ' in text and not _PUNCTUATION.search(text)


def remove_loops(text: str) -> str:
    """Return the text with every phrase that comes over and over taken once, in linear time.

    Of the whole text twice is a loop, from two words on; within it MIN_RUN times. One word is
    taken once when it comes three times and nothing else; InvalidInput('repetition') when that
    is more often than MOST_REPETITIONS, or one of NOISE_WORDS.
    """
    for _ in range(MAX_PASSES):
        spans = [match.span() for match in _WORD.finditer(text)]
        words = [text[begin:end].casefold() for begin, end in spans]
        count, different = len(words), len(set(words))
        if different == 1 and count > 2:
            if count > MOST_REPETITIONS or words[0] in NOISE_WORDS:
                raise InvalidInput('repetition', f'one word {count} times')
            return _keep(text, spans, [(0, 1)])
        kept = [] if count - different < 2 else _without_loops(words)
        if sum(end - begin for begin, end in kept) in (0, count):
            break
        text = _keep(text, spans, kept)
    return text


def _without_loops(words: list[str]) -> list[tuple[int, int]]:
    """Return the ranges of the words that stay."""
    count = len(words)
    for period in range(2, min(LONGEST_PHRASE, count // 2) + 1):
        if words[period:] == words[:-period]:
            return [(0, period)]
    kept, at, begin = [], 0, 0
    while begin + 2 * MIN_RUN <= count:
        for period in range(2, min(LONGEST_PHRASE, (count - begin) // MIN_RUN) + 1):
            end = begin + period
            while end < count and words[end] == words[end - period]:
                end += 1
            if end - begin >= MIN_RUN * period:
                once = 1 if words[begin] == words[begin + 1] == words[end - 1] else period
                kept.append((at, begin + once))
                at = begin = end
                break
        else:
            begin += 1
    return [*kept, (at, count)]


def _keep(text: str, spans: list[tuple[int, int]], kept: list[tuple[int, int]]) -> str:
    """Return the text of these ranges of words; its end goes with its last one."""
    ends = [*(begin for begin, _ in spans), len(text)]
    head = text[: spans[0][0]]
    parts = [text[spans[begin][0] : ends[end]] for begin, end in kept if begin < end]
    return f'{head}{"".join(parts)}'.rstrip(' ,;-')


def _decode(text: str) -> str:
    """Undo what web services and bridges do to characters: ``I&#39;m``, ``Iâ€™m``, ``I%27m``."""
    if '&' in text:
        from html import unescape  # 2 ms that most texts do without

        text = unescape(text)
    if 'â€' in text or 'Ã' in text:  # UTF-8 that was read as Windows-1252
        with suppress(UnicodeError):
            text = text.encode('cp1252').decode('utf-8')
    if ' ' not in text and '%20' in text:
        from urllib.parse import unquote

        text = unquote(text)
    return text.replace('\\n', ' ').translate(FULL_WIDTH)


def _remove_invisible(text: str) -> str:
    """Drop control, bidirectional and zero-width characters, but not line breaks."""
    if text.isascii() and text.isprintable():
        return text
    text = _TERMINAL.sub('', text)
    kept = []
    for before, c, after in zip(f' {text}', text, f'{text[1:]} ', strict=False):
        is_emoji_joiner = (  # as in a family or a profession
            c == ZERO_WIDTH_JOINER and category(before) in EMOJI_PARTS and category(after) == 'So'
        )
        if is_emoji_joiner or c.isspace() or category(c) not in ('Cc', 'Cf'):
            kept.append(c)
    return ''.join(kept)
