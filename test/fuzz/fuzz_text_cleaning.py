# SPDX-License-Identifier: MIT
"""Any string is refused by name or comes out clean, and what is clean stays as it is.

The first two bytes say how much may be kept; the rest is the text in UTF-16, so that lone
surrogates are among what is tried.
"""

from collections.abc import Iterator
from unicodedata import category, normalize

from emotion_ros.errors import InvalidInput
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.text.language import LanguageCheck
from emotion_ros.perception.text.normalize import clean_text

REJECT_REASONS = ('empty', 'repetition')
MOST_CHARS = 400
ENGLISH = LanguageCheck(('en',), packaged_weights())


def check(data: bytes) -> None:
    """Fail unless the text is refused, or clean, short enough and stable."""
    max_chars = 1 + int.from_bytes(data[:2], 'little') % MOST_CHARS
    raw = data[2 : 2 + len(data[2:]) // 2 * 2].decode('utf-16-le', 'surrogatepass')
    try:
        clean = clean_text(raw, max_chars)
    except InvalidInput as error:
        assert error.reason in REJECT_REASONS, error
        return
    check_clean(clean.text, max_chars)
    again = clean_text(clean.text, max_chars)
    assert (again.text, again.truncated) == (clean.text, False)
    assert ENGLISH.check(clean.text, '').code in ('', 'en')


def check_clean(text: str, max_chars: int) -> None:
    """Fail unless this is UTF-8 in NFC on one line, without invisible characters."""
    text.encode('utf-8')
    assert 0 < len(text) <= max_chars
    assert text == ' '.join(text.split())
    assert normalize('NFC', text) == text
    assert not any(category(c) == 'Cc' for c in text)
    assert not any(category(c) == 'Cf' and c != '\u200d' for c in text)


def seeds() -> Iterator[bytes]:
    """Yield texts of every kind that cleaning has a rule for."""
    for text in (
        'I am so happy today!',
        ' you  you\tyou\r\n',
        'nul\0 bell\x07 c1\x9b del\x7f',
        'cafe\u0301 a\u0323\u0307 \u1100\u1161\u11a8 \u212b',
        '\u202eevil\u202c \u2066iso\u2069 \u200fmark \ufeff so\u00adft',
        'we are \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f469\U0001f3fd\u200d\u2695\ufe0f',
        'lone \ud83d and \udcff',
        'שלום مرحبا 今日は ♪♪ ...',
        'Ich bin heute sehr traurig, weil es regnet',
        'one two three ' * 40,
    ):
        for max_chars in (9, 300):
            yield max_chars.to_bytes(2, 'little') + text.encode('utf-16-le', 'surrogatepass')
