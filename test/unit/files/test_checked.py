# SPDX-License-Identifier: MIT
"""One reader for JSON and YAML: the same values, the same errors, each with its own place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from emotion_ros.errors import ConfigError, EmotionRosError, ModelError
from emotion_ros.files.checked import CheckedValue, parse_json, parse_yaml

Parse = Callable[[str], CheckedValue]


def from_json(text: str) -> CheckedValue:
    """Read JSON of the file ``f``."""
    return parse_json(text.encode(), Path('f'))


def from_yaml(text: str) -> CheckedValue:
    """Read YAML of the file ``f``; JSON is a part of it."""
    return parse_yaml(text, 'f')


@pytest.mark.parametrize('parse', [from_json, from_yaml])
def test_every_type(parse: Parse) -> None:
    text = '{"s": "a", "n": 1.5, "i": 2, "b": true, "list": ["x", "y"], "row": [1, 2.5]}'
    raw = parse(text).mapping('s', 'n', 'i', 'b', 'list', 'row', 'other')
    assert raw['s'].string() == raw['s'].string(('a', 'b')) == 'a'
    assert raw['s'].choice({'a': 7}) == 7
    assert (raw['n'].number(), raw['i'].number()) == (1.5, 2.0)
    assert raw['i'].integer(low=2, high=2) == 2
    assert raw['b'].boolean() is True
    assert raw['list'].strings() == ('x', 'y')
    assert raw['row'].numbers(2, low=0, high=3) == (1.0, 2.5)
    assert raw.get('n', CheckedValue.number, None) == 1.5
    assert raw.get('other', CheckedValue.number, None) is None


@pytest.mark.parametrize(
    ('text', 'read', 'json_error', 'yaml_error'),
    [
        ('[]', lambda v: v.mapping('a', 'b'), 'f: a list is not a mapping with a, b', ''),
        ('{"c": 1}', lambda v: v.mapping('a'), "f: unknown key 'c' (known: a)", ''),
        ('{}', lambda v: v.mapping('a')['a'], "f: 'a' is missing", ''),
        ('\n{"a": 1}', lambda v: v.mapping()['a'].string(), 'f: a: 1 is not a text', "'1' is not"),
        ('\n{"a": [0]}', lambda v: v.mapping()['a'].numbers(1, 1, 2), 'f: a[0]: 0 is not a', ''),
        ('{"a": {}}', lambda v: v.mapping()['a'].items(), 'f: a: a mapping is not a list', ''),
        ('[1]', lambda v: v.items(2), 'f: a list of 1 is not a list of 2 values', ''),
        ('1e999', CheckedValue.number, 'f: inf is not a number', "'1e999' is not a number"),
        ('true', CheckedValue.integer, 'f: True is not a whole number', "'true' is not a whole"),
    ],
)
def test_an_error_names_the_place_the_value_and_what_is_legal(
    text: str, read: Callable[[CheckedValue], object], json_error: str, yaml_error: str
) -> None:
    with pytest.raises(ModelError) as error:
        read(from_json(text))
    assert str(error.value).startswith(json_error)
    with pytest.raises(ConfigError) as error:
        read(from_yaml(text))
    place = f'f: line {1 + text.count(chr(10))}: '
    assert str(error.value).startswith(place + yaml_error)


@pytest.mark.parametrize('text', ['2026-99-99', '!!int ""', '!!timestamp x', '!!python/none 1'])
def test_a_scalar_that_yaml_cannot_make_is_none_of_the_types(text: str) -> None:
    with pytest.raises(ConfigError, match='^f: line 1: .* is not a number$'):
        from_yaml(text).number()


def test_a_json_object_for_people_is_not_checked() -> None:
    raw = from_json('{"training": {"settings": {"a": [1, null]}}}').mapping()
    assert raw['training'].metadata() == {'settings': {'a': [1, None]}}


def test_an_error_of_a_value_inside_gets_its_line_once() -> None:
    value, other = from_yaml('\n- 1\n- 2').items()
    with (
        pytest.raises(ConfigError, match=r'^f: line 2: speed: 1 is too low$'),
        value.error_context(),
    ):
        raise ConfigError('speed: 1 is too low')
    with pytest.raises(EmotionRosError, match=r'^f: line 3: odd$'), value.error_context():
        raise other.error('odd')


def test_an_alias_is_the_value_of_its_anchor_even_inside_itself() -> None:
    value = from_yaml('- &a [1, *a]\n- *a')
    first, again = value.items()
    assert first is again
    with pytest.raises(ConfigError, match='f: line 1: a list is not a number'):
        first.items()[1].number()
    lines = ['- &x0 [a]'] + [f'- &x{i} [{", ".join([f"*x{i - 1}"] * 9)}]' for i in range(1, 40)]
    assert len(from_yaml('\n'.join(lines)).items()) == 40


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        ('a:\n\tb: 1\n', 'f: line 2: is not YAML: a tab at the beginning: indent with spaces'),
        ('a: "x\n', 'f: line 2: is not YAML: found unexpected end of stream (while scanning a '),
        ('a: 1\n---\nb: 1\n', 'f: line 2: is not YAML: but found another document'),
    ],
)
def test_what_is_no_yaml_has_its_line(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as error:
        from_yaml(text)
    assert str(error.value).startswith(problem)
    assert 'unicode string' not in str(error.value)


def test_json_with_a_byte_order_mark() -> None:
    assert parse_json(b'\xef\xbb\xbf{}', Path('f')).mapping().values == {}
