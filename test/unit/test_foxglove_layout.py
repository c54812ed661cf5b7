# SPDX-License-Identifier: MIT
"""config/foxglove_layout.json speaks of topics and fields that there are, and of every panel once.

The types come from the .msg files; nothing of Foxglove is needed.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rosbags.interfaces import Nodetype

from emotion_ros.bag.types import IMAGE, TOPICS, make_typestore
from emotion_ros.core.emotions import EMOTIONS

LAYOUT = json.loads((Path(__file__).parents[2] / 'config' / 'foxglove_layout.json').read_text())
PANELS = LAYOUT['configById']
TYPES = {topic: kind for kind, topic in TOPICS.items()} | {
    '/camera/image_raw': IMAGE,
    '/diagnostics': 'diagnostic_msgs/msg/DiagnosticArray',
}
ANNOTATIONS = '/emotion/annotations'  # of foxglove_msgs, see nodes/bridge.py
STEP = re.compile(r'\.(?P<field>\w+)(\[(?P<index>:|\d+)\])?(\{(?P<key>\w+)==[^}]*\})?')
STORE = make_typestore()


def texts(value: Any) -> Iterator[str]:
    """Yield every string of a JSON value, keys too, that names a topic."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from texts(key)
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str) and value.startswith('/'):
        yield value


def leaves(node: Any) -> Iterator[str]:
    """Yield the panels of a layout tree."""
    if isinstance(node, str):
        yield node
    else:
        assert 0 < node['splitPercentage'] < 100
        assert node['direction'] in ('row', 'column')
        yield from leaves(node['first'])
        yield from leaves(node['second'])


def fields(kind: str) -> dict[str, Any]:
    return dict(STORE.fielddefs[kind][1])


def check(path: str) -> None:
    """Follow a message path, such as /topic.field[3] or /topic.list[:]{key=="x"}.field."""
    topic, steps = re.fullmatch(r'(/[\w/]+)(.*)', path).groups()
    assert topic in TYPES, f'{path}: no such topic'
    kind: str | None = TYPES[topic]
    at = 0
    while at < len(steps):
        step = STEP.match(steps, at)
        assert step and kind, f'{path}: cannot be followed at {steps[at:]!r}'
        known = fields(kind)
        assert step['field'] in known, f'{path}: {kind} has no {step["field"]}'
        kind = _step(path, known[step['field']], step)
        at = step.end()


def _step(path: str, description: Any, step: re.Match[str]) -> str | None:
    nodetype, detail = description
    if nodetype in (Nodetype.ARRAY, Nodetype.SEQUENCE):
        (nodetype, detail), length = detail
        assert step['index'], f'{path}: {step["field"]} is a list'
        if step['index'].isdigit() and length:
            assert int(step['index']) < length, f'{path}: {step["field"]} has {length} elements'
    else:
        assert not step['index'], f'{path}: {step["field"]} is no list'
    kind = detail if nodetype == Nodetype.NAME else None
    if step['key']:
        assert step['key'] in fields(kind or ''), f'{path}: {kind} has no {step["key"]}'
    return kind


@pytest.mark.parametrize('path', sorted(set(texts(PANELS)) - {ANNOTATIONS}))
def test_every_path_exists(path: str) -> None:
    check(path)


@pytest.mark.parametrize(
    'path',
    [
        '/emotion_stat.label',
        '/emotion_state.lable',
        '/emotion_state.probabilities',
        '/emotion_state.probabilities[7]',
        '/emotion_state.label[0]',
        '/emotion_state.evidence[:]{modalty=="face"}.weight',
        '/emotion_state.evidence[:].wait',
        '/emotion_state.label.x',
    ],
)
def test_a_wrong_path_is_noticed(path: str) -> None:
    with pytest.raises(AssertionError, match=re.escape(path)):
        check(path)


def test_every_panel_is_shown_once() -> None:
    assert sorted(leaves(LAYOUT['layout'])) == sorted(PANELS)


def test_the_probabilities_have_the_labels_of_our_order() -> None:
    paths = PANELS['Plot!probabilities']['paths']
    assert [(p['value'], p['label']) for p in paths] == [
        (f'/emotion_state.probabilities[{i}]', label) for i, label in enumerate(EMOTIONS)
    ]


def test_annotations_lie_over_the_camera() -> None:
    image = PANELS['Image!camera']['imageMode']
    assert list(image['annotations']) == [ANNOTATIONS]
