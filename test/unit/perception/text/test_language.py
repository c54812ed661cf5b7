# SPDX-License-Identifier: MIT
"""The language check: speech in the languages of the model passes, other text does not."""

import os
from pathlib import Path

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.text.language import LanguageCheck

WEIGHTS = packaged_weights()
ENGLISH = [
    '',
    'I am so happy today!',
    'This is terrible!',
    'I feel neutral about this.',
    'hello robot can you help me',
    'oh my god stop it right now',
    'Hello, baby. Hello, hello.',
    'café naïve',
    '😂👍',
    '12345 678',
    'I love Москва in the winter',
]
FOREIGN = [
    'Ich bin heute sehr traurig',
    'je ne suis pas content du tout',
    'Estoy muy contento contigo hoy',
    'sono molto felice oggi davvero',
    'dzisiaj jestem bardzo smutny i zły',
    'bugün çok mutluyum gerçekten arkadaşım',
    'Мне очень грустно',
    'я',
    '我今天很高兴',
    'أنا سعيد',
    'Είμαι λυπημένος',
    'とても嬉しい',
]


@pytest.mark.parametrize('text', ENGLISH)
def test_promise_21_english_is_accepted(text: str) -> None:
    assert LanguageCheck(('en',), WEIGHTS).check(text).is_supported


@pytest.mark.parametrize('text', FOREIGN)
def test_promise_21_other_languages_are_refused(text: str) -> None:
    """Turns red when LanguageCheck.check returns LanguageResult('', True)."""
    assert not LanguageCheck(('en',), WEIGHTS).check(text).is_supported


def test_language_is_named_when_identified_only() -> None:
    check = LanguageCheck(('en',), WEIGHTS).check
    assert check('I am so happy today').code == 'en'
    assert check('happy today').code == ''
    assert check('Ich bin heute sehr traurig').code == ''


@pytest.mark.parametrize(
    ('text', 'said', 'is_supported'),
    [
        ('I am so happy today', 'en', True),
        ('I am so happy today', 'de', False),
        ('Ich bin heute sehr traurig', 'en', True),
        ('Мне очень грустно', 'en', False),
        ('ok', 'de', False),
    ],
)
def test_recogniser_that_names_the_language_is_believed(
    text: str, said: str, is_supported: bool
) -> None:
    result = LanguageCheck(('en',), WEIGHTS).check(text, said)
    assert (result.code, result.is_supported) == (said, is_supported)


@pytest.mark.parametrize(
    ('languages', 'text', 'is_supported'),
    [
        ((), 'Мне очень грустно', True),
        ((), 'Ich bin heute sehr traurig', True),
        (('ru',), 'Мне очень грустно', True),
        (('ru',), 'I am so happy today', False),
        (('en', 'ru'), 'Мне очень грустно', True),
        (('en', 'ru'), 'Ich bin heute sehr traurig', False),
        (('en', 'de'), 'Ich bin heute sehr traurig', True),
        (('ja',), 'とても嬉しい', True),
    ],
)
def test_languages_are_those_asked_for(
    languages: tuple[str, ...], text: str, is_supported: bool
) -> None:
    """German has no profile: then its script is all that can be checked."""
    assert LanguageCheck(languages, WEIGHTS).check(text).is_supported is is_supported


@pytest.mark.parametrize('code', ['', 'EN', 'english', 'e1-', 'é!'])
def test_bad_code_is_named(code: str) -> None:
    with pytest.raises(ConfigError, match=f'languages: {code!r}'):
        LanguageCheck((code,), WEIGHTS)


def test_at_most_one_in_a_hundred_spoken_utterances_is_refused() -> None:
    data = Path(os.environ.get('EMOTION_ROS_DATA', 'data')) / 'meld_text.parquet'
    if not data.exists():
        pytest.skip('no meld_text.parquet: set EMOTION_ROS_DATA')
    table = pytest.importorskip('pandas').read_parquet(data)
    check = LanguageCheck(('en',), WEIGHTS).check
    texts = [t for t in table.loc[table['split'] == 'val', 'text'] if len(set(t.split())) >= 4]
    refused = sum(not check(text).is_supported for text in texts)
    assert len(texts) > 500
    assert refused <= 0.01 * len(texts)
