# SPDX-License-Identifier: MIT
"""The messages agree with the core, do not change by accident, and explain every field."""

import json
from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path

import pytest

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.state import Status
from emotion_ros.msg import EmotionState, TextSentiment
from record_interface_hashes import RECORD, built_hashes, renewed

ROOT = Path(__file__).parents[2]
MESSAGES = [
    file for kind in ('msg', 'srv', 'action') for file in sorted(ROOT.glob(f'{kind}/*.{kind}'))
]


def constants(message: type, names: Iterable[str]) -> dict[str, int]:
    """Return the constants with these names."""
    return {name: getattr(message, name) for name in names}


@pytest.mark.parametrize(
    ('message', 'prefix', 'vocabulary'),
    [
        (EmotionState, '', Emotion),
        (EmotionState, 'STATUS_', Status),
        (TextSentiment, '', Sentiment),
    ],
)
def test_constants_are_those_of_the_core(
    message: type, prefix: str, vocabulary: type[IntEnum]
) -> None:
    expected = {f'{prefix}{member.name}': member.value for member in vocabulary}
    assert constants(message, expected) == expected


def test_no_constant_is_unknown_to_the_core() -> None:
    in_state = [line.split('=')[0].split()[1] for line in lines_of('EmotionState') if '=' in line]
    assert set(in_state) == {*Emotion.__members__, *(f'STATUS_{s}' for s in Status.__members__)}


def test_promise_56_interfaces_have_not_changed_by_accident() -> None:
    """A difference needs a new minor version and a run of record_interface_hashes.py."""
    assert built_hashes() == json.loads(RECORD.read_text())['messages']


@pytest.mark.parametrize(
    ('messages', 'version', 'is_legal'),
    [
        ({}, '0.1.0', True),
        ({}, '0.2.0', True),
        ({'State': 'b'}, '0.1.0', False),
        ({'State': 'b'}, '0.1.9', False),
        ({'State': 'b'}, '0.2.0', True),
        ({'State': 'b'}, '1.1.0', True),
    ],
)
def test_promise_56_changed_messages_need_a_new_minor_version(messages, version, is_legal) -> None:
    record = {'version': '0.1.0', 'messages': {'State': 'a'}}
    messages = {'State': 'a'} | messages
    if is_legal:
        assert renewed(record, messages, version) == {'version': version, 'messages': messages}
    else:
        with pytest.raises(SystemExit, match='minor version'):
            renewed(record, messages, version)


@pytest.mark.parametrize(
    ('name', 'field', 'first', 'last'),
    [
        ('EmotionState', 'status', 'STATUS_OK', 'STATUS_PAUSED'),
        ('EmotionState', 'emotion', 'ANGRY', 'UNKNOWN'),
        ('EmotionEvent', 'kind', 'APPEARED', 'REACTION'),
        ('SetPrivacy', 'mode', 'FULL', 'PAUSED'),
        ('ObserveReaction', 'verdict', 'UNKNOWN', 'BETTER'),
        ('FaceEmotionArray', 'status', 'STATUS_OK', 'STATUS_ERROR'),
        ('TextSentiment', 'stamp_source', 'HEADER', 'RECEIPT'),
        ('TextSentiment', 'status', 'STATUS_OK', 'STATUS_ERROR'),
        ('TextSentiment', 'sentiment', 'NEGATIVE', 'UNKNOWN'),
    ],
)
def test_constants_stand_directly_before_their_field(name, field, first, last) -> None:
    """From this, Foxglove knows the names of a field's values."""
    before: list[str] = []
    for line in lines_of(name):
        if line == '---':
            continue
        kind, rest = line.split(maxsplit=1)
        if rest == field:
            break
        before = [*before, rest.split('=')[0]] if kind == 'uint8' and '=' in rest else []
    assert [*before[:1], *before[-1:]] == [first, last]


@pytest.mark.parametrize('path', MESSAGES, ids=lambda path: path.stem)
def test_every_field_and_constant_is_explained(path: Path) -> None:
    """A comment stands above each, or above the block that it opens."""
    unexplained, above = [], ''
    for line in path.read_text().splitlines():
        is_field = line and not line.startswith(('#', '---'))
        if is_field and not above:
            unexplained.append(line)
        above = line
    assert not unexplained


def lines_of(name: str) -> list[str]:
    """Return the lines of a message definition that are not comments."""
    text = next(path for path in MESSAGES if path.stem == name).read_text()
    return [line for line in text.splitlines() if line and not line.startswith('#')]
