# SPDX-License-Identifier: MIT
"""Language profiles: what counts as a letter, what a text costs, which files are refused."""

import json
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotion_ros.errors import ModelError
from emotion_ros.perception.text.language_profile import (
    RARE_WORD_COST,
    LanguageProfile,
    encode_letters,
    load_profile,
    split_words,
)

ALPHABET = "ab' *"
SPACE, OTHER = 3, 4


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', []),
        ('12 !?', []),
        ("  Don't,stop-now2 ", ["don't", 'stop', 'now']),
        ('don\u2019t', ["don't"]),
        ("'quoted'", ['quoted']),
        ('ÉTÉ жар', ['été', 'жар']),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize(
    ('words', 'letters'),
    [
        (['a'], [SPACE, 0, SPACE]),
        (['a', "a'b"], [SPACE, 0, SPACE, 0, 2, 1, SPACE]),
        (['zé*'], [SPACE, OTHER, OTHER, OTHER, SPACE]),
    ],
)
def test_letters_of_words(words: list[str], letters: list[int]) -> None:
    assert encode_letters(words, ALPHABET).tolist() == letters


def ab_language() -> LanguageProfile:
    """Return a language of one word, ab."""
    costs = np.full((5, 5, 5), log(100))
    costs[SPACE, 0, 1] = costs[0, 1, SPACE] = costs[1, SPACE, 0] = 0
    return LanguageProfile('ab', ALPHABET, costs, frozenset({'ab'}), threshold=1.5)


@pytest.mark.parametrize(
    ('text', 'cost'),
    [
        ('', 0),
        ('!!', 0),
        ('ab ab AB', 0),
        ('zz', log(100) + RARE_WORD_COST),
        ('ab zz', 3 / 5 * log(100) + RARE_WORD_COST / 2),
    ],
)
def test_cost_of_a_text(text: str, cost: float) -> None:
    assert ab_language().cost(text) == pytest.approx(cost)
    assert ab_language().excess(text) == pytest.approx(cost - 1.5)


def content(**changes: Any) -> dict[str, Any]:
    good = {'language': 'xx', 'alphabet': 'a *', 'costs': [1.0] * 27, 'threshold': 2.0}
    return good | {'words': ['a', 'aa'], 'provenance': {}} | changes


def save(folder: Path, raw: dict[str, Any]) -> Path:
    path = folder / 'language_xx.json'
    path.write_text(json.dumps(raw))
    return path


def test_file_is_read_in_order(tmp_path: Path) -> None:
    costs = [*np.linspace(0, 20, 21).tolist(), *[0.0] * 6]
    profile = load_profile(save(tmp_path, content(costs=costs)))
    assert (profile.language, profile.threshold) == ('xx', 2.0)
    assert profile.words == {'a', 'aa'}
    assert profile.costs[1, 2, 0] == 15


@pytest.mark.parametrize(
    'changes',
    [
        {'costs': [1.0] * 26},
        {'costs': [-1.0] * 27},
        {'threshold': 'x'},
        {'words': [1]},
        {'extra': 1},
    ],
)
def test_bad_file_is_named(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r'language_xx\.json'):
        load_profile(save(tmp_path, content(**changes)))
