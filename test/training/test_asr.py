# SPDX-License-Identifier: MIT
"""What a recogniser prints, and what it gets wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.text.asr import number_words, spoken, with_word_errors


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('', ''),
        ('@user http', ''),
        ('😀 !!!', ''),
        ("I'm SO happy... #blessed", "i'm so happy blessed"),
        ('I’m', "i'm"),
        ("'quoted' rock 'n' roll", 'quoted rock n roll'),
        ('see http://a.b/c?d and https://x', 'see and'),
        ('fish &amp; chips', 'fish and chips'),
        ('at 9pm on May 21st', 'at nine pm on may twenty one st'),
        ('1,250 people', 'one thousand two hundred fifty people'),
    ],
)
def test_spoken(text: str, expected: str) -> None:
    assert spoken(text) == expected


@pytest.mark.parametrize(
    ('digits', 'expected'),
    [
        ('0', 'zero'),
        ('13', 'thirteen'),
        ('40', 'forty'),
        ('99', 'ninety nine'),
        ('100', 'one hundred'),
        ('110', 'one hundred ten'),
        ('999999', 'nine hundred ninety nine thousand nine hundred ninety nine'),
        ('1000000', 'one zero zero zero zero zero zero'),
    ],
)
def test_number_words(digits: str, expected: str) -> None:
    assert number_words(digits) == expected


@given(st.text())
def test_spoken_text_is_letters_and_stays_as_it_is(text: str) -> None:
    said = spoken(text)
    assert set(said) <= set("abcdefghijklmnopqrstuvwxyz' ")
    assert spoken(said) == said


@pytest.mark.parametrize('text', ['', 'one', 'one two three four five six seven'])
def test_no_errors_at_a_rate_of_zero(text: str) -> None:
    assert with_word_errors(text, 0.0, np.random.default_rng(0)) == text


def test_word_errors_drop_and_swap_but_never_silence() -> None:
    rng = np.random.default_rng(0)
    words = [f'w{i}' for i in range(2000)]
    heard = with_word_errors(' '.join(words), 0.1, rng).split()
    assert set(heard) < set(words)
    assert 0.03 < 1 - len(heard) / len(words) < 0.08
    assert sorted(heard, key=lambda w: int(w[1:])) != heard
    assert with_word_errors('help', 1.0, rng) == 'help'
