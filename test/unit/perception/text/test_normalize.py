# SPDX-License-Identifier: MIT
"""Cleaning: what is kept, what goes, and no string that breaks it."""

from unicodedata import category, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotion_ros.errors import InvalidInput
from emotion_ros.perception.text.normalize import (
    CleanText,
    clean_text,
    is_unpunctuated,
    remove_loops,
)

FAMILY = '👨\u200d👩\u200d👧'
DOCTOR = '👩🏽\u200d⚕️'
KEPT = [
    ('hello', 'hello'),
    ('  hello \t\r\n there  ', 'hello there'),
    ('one\u2028two\u00a0three\u3000four', 'one two three four'),
    ('cafe\u0301', 'café'),
    ('cafe\u200b\u0301', 'café'),
    ('nul\x00 bell\x07 c1\x9b del\x7f', 'nul bell c1 del'),
    ('\u202eevil\u202c \u2066iso\u2069 \u200fmark', 'evil iso mark'),
    ('&#8238;evil&#8236; so&#8203;ft', 'evil soft'),
    ('zero\u200bwidth \ufeffbom so\u00adft a\u200db', 'zerowidth bom soft ab'),
    (f'we are {FAMILY} and {DOCTOR}', f'we are {FAMILY} and {DOCTOR}'),
    ('dangling 👨\u200d', 'dangling 👨'),
    ('lone \ud83d here', 'lone \ufffd here'),
    ('pair \ud83d\ude00', 'pair 😀'),
    ('\udcff\udcfe from a bad decoder', '\ufffd\ufffd from a bad decoder'),
    ('שלום מה שלומך', 'שלום מה שלומך'),
    ('no no', 'no no'),
    ('No! No, no, please', 'No! No, no, please'),
    ('No. no, NO!', 'No.'),
    ('😂😂😂', '😂😂😂'),
    (':)', ':)'),
]


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('', False),
        ('hello', False),
        ("i don't know", True),
        ('Hello there', True),
        ('hello there!', False),
        ('well, hello there', False),
        ('oh… well', False),
        ('is it?', False),
    ],
)
def test_words_without_punctuation_are_known(text: str, expected: bool) -> None:
    assert is_unpunctuated(text) is expected


@pytest.mark.parametrize(('raw', 'expected'), KEPT)
def test_promise_20_text_is_cleaned(raw: str, expected: str) -> None:
    """Turns red when _visible returns its argument."""
    assert clean_text(raw, 2000) == CleanText(expected, truncated=False)


@pytest.mark.parametrize(
    ('raw', 'reason'),
    [
        ('', 'empty'),
        (' \t\n ', 'empty'),
        ('\x00\x01\x9b', 'empty'),
        ('\u200b\u202e\ufeff', 'empty'),
        ('\ud800', 'empty'),
        ('...', 'empty'),
        ('♪♪♪', 'empty'),
        ('you you you', 'repetition'),
        ('hello ' * 200_000, 'repetition'),
    ],
)
def test_promise_18_nothing_said_is_refused(raw: str, reason: str) -> None:
    """Turns red when clean_text returns what it has instead of raising."""
    with pytest.raises(InvalidInput) as error:
        clean_text(raw, 2000)
    assert error.value.reason == reason


LONG = [
    ('abcdefghij', 10, 'abcdefghij', False),
    ('abcdefghijk', 10, 'bcdefghijk', True),
    ('one two three four', 10, 'four', True),
    ('so ' * 300_000 + 'I am happy', 12, 'I am happy', True),
    ('spaces' + ' ' * 9 + 'inside', 13, 'spaces inside', False),
    ('a' + '\u0301\u0323' * 500_000, 20, None, True),
]


@pytest.mark.parametrize(('raw', 'max_chars', 'expected', 'truncated'), LONG)
def test_promise_19_the_end_of_a_long_text_counts(
    raw: str, max_chars: int, expected: str | None, truncated: bool
) -> None:
    """Turns red when the beginning is kept."""
    clean = clean_text(raw, max_chars)
    assert clean.truncated is truncated
    assert len(clean.text) <= max_chars
    assert expected is None or clean.text == expected


characters = st.one_of(
    st.characters(exclude_categories=()),
    st.sampled_from('\x00\u200d\u202e\ud800\udfff\u0301\u1100\u1161👩🏽 \n.'),
)


@given(st.text(characters, max_size=80), st.integers(1, 40))
def test_promise_20_any_string_is_refused_or_clean(raw: str, max_chars: int) -> None:
    try:
        clean = clean_text(raw, max_chars).text
    except InvalidInput as error:
        assert error.reason in ('empty', 'repetition')
        return
    clean.encode('utf-8')
    assert 0 < len(clean) <= max_chars
    assert clean == ' '.join(clean.split())
    assert normalize('NFC', clean) == clean
    assert not any(category(c) == 'Cc' for c in clean)
    assert not any(category(c) == 'Cf' and c != '\u200d' for c in clean)


def test_any_number_of_loops_is_taken_out() -> None:
    loops = ' '.join(f'{i} a {i} a {i} a' for i in range(2000))
    assert remove_loops(loops) == ' '.join(f'{i} a' for i in range(2000))


def test_a_loop_of_loops_is_taken_once() -> None:
    inner = 'on and on and on and'
    assert remove_loops(f'go {inner} stop go on and stop go {inner} stop') == 'go on and stop'
