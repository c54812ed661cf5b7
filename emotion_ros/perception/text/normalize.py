# SPDX-License-Identifier: MIT
"""What a recogniser sends, made fit for a model; nothing here knows any language."""

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
    """Text in NFC on one line, without invisible characters, of at most the asked length.

    ``truncated`` says that the beginning was left out.
    """

    text: str
    truncated: bool = False


def clean_text(raw: str, max_chars: int) -> CleanText:
    """Return the end of ``raw``, cleaned; any string is welcome and a long one costs no more.

    InvalidInput: ``empty`` when nothing is said, ``repetition`` when it is one word three times
    or more and nothing else, as recognisers make of noise.
    """
    tail = raw[-2 * max_chars :]
    text = ' '.join(normalize('NFC', _visible(_without_surrogates(tail))).split())
    truncated = len(raw) > len(tail) or len(text) > max_chars
    if truncated:
        text = _last_words(text, max_chars)
    if set(text) <= NON_SPEECH_CHARS:
        raise InvalidInput('empty', 'nothing was said')
    _refuse_repetition(text)
    return CleanText(text, truncated)


def _without_surrogates(text: str) -> str:
    """Join surrogate pairs; a lone one, which UTF-8 cannot hold, becomes U+FFFD."""
    return text.encode('utf-16-le', 'surrogatepass').decode('utf-16-le', 'replace')


def _visible(text: str) -> str:
    """Drop control, bidirectional and zero-width characters, but not line breaks."""
    if text.isascii() and text.isprintable():
        return text
    return ''.join(c for i, c in enumerate(text) if c.isspace() or _is_visible(text, i))


def _is_visible(text: str, i: int) -> bool:
    if text[i] == ZERO_WIDTH_JOINER:
        return _joins_emoji(text, i)
    return category(text[i]) not in ('Cc', 'Cf')


def _joins_emoji(text: str, i: int) -> bool:
    """Return whether a joiner stands between two emoji, as in a family or a profession."""
    before, after = text[i - 1 : i], text[i + 1 : i + 2]
    return bool(before and after) and category(before) in EMOJI_PARTS and category(after) == 'So'


def _refuse_repetition(text: str) -> None:
    words = [word.strip('.…,!?-\'"') for word in text.casefold().split()]
    if len(words) >= MIN_REPETITIONS and len(set(words)) == 1:
        raise InvalidInput('repetition', f'one word {len(words)} times')


def _last_words(text: str, max_chars: int) -> str:
    """Return the end of the text, from the start of a word or else of a character."""
    end = text[-max_chars:].lstrip(ZERO_WIDTH_JOINER)
    _, space, words = end.partition(' ')
    return words if space else end
