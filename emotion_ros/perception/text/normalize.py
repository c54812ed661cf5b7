# SPDX-License-Identifier: MIT
"""Normalises the text of a speech recogniser for a model; independent of the language."""

from dataclasses import dataclass
from unicodedata import category, normalize

from emotion_ros.errors import InvalidInput

MIN_REPETITIONS = 3
ZERO_WIDTH_JOINER = '\u200d'
EMOJI_PARTS = ('So', 'Sk', 'Mn')
NON_SPEECH_CHARS = frozenset(' .…,!?-–—\'"*_~♪♫\ufffd')
"""What recognisers print for silence and music."""


@dataclass(frozen=True)
class CleanText:
    """Text in NFC on one line, without invisible characters, of at most the given length.

    ``truncated``: the beginning was left out.
    """

    text: str
    truncated: bool = False


def clean_text(raw: str, max_chars: int) -> CleanText:
    """Return the end of ``raw``, cleaned, in time that does not grow with the rest; total.

    InvalidInput: ``empty`` when it has no words, ``repetition`` when it is one word three times
    or more and nothing else, as recognisers make of noise.
    """
    tail = raw[-2 * max_chars :]
    # Surrogate pairs are joined; a lone one, which UTF-8 cannot hold, becomes U+FFFD.
    valid = tail.encode('utf-16-le', 'surrogatepass').decode('utf-16-le', 'replace')
    text = ' '.join(normalize('NFC', _remove_invisible(valid)).split())
    truncated = len(raw) > len(tail) or len(text) > max_chars
    if truncated:  # from the start of a word, else of a character
        text = text[-max_chars:].lstrip(ZERO_WIDTH_JOINER)
        _, space, rest = text.partition(' ')
        text = rest if space else text
    if set(text) <= NON_SPEECH_CHARS:
        raise InvalidInput('empty', 'nothing was said')
    words = [word.strip('.…,!?-\'"') for word in text.casefold().split()]
    if len(words) >= MIN_REPETITIONS and len(set(words)) == 1:
        raise InvalidInput('repetition', f'one word {len(words)} times')
    return CleanText(text, truncated)


def _remove_invisible(text: str) -> str:
    """Drop control, bidirectional and zero-width characters, but not line breaks."""
    if text.isascii() and text.isprintable():
        return text
    kept = []
    for before, c, after in zip(f' {text}', text, f'{text[1:]} ', strict=False):
        is_emoji_joiner = (  # as in a family or a profession
            c == ZERO_WIDTH_JOINER and category(before) in EMOJI_PARTS and category(after) == 'So'
        )
        if is_emoji_joiner or c.isspace() or category(c) not in ('Cc', 'Cf'):
            kept.append(c)
    return ''.join(kept)
