# SPDX-License-Identifier: MIT
"""config/foxglove_layout.json speaks of topics and fields that there are, and of every panel once.

The types come from the .msg files; nothing of Foxglove is needed.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rosbags.interfaces import Nodetype

from emotion_ros.bag.types import IMAGE, STRING, TOPICS, make_typestore
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.fusion.config import FusionConfig
from pages import code

ROOT = Path(__file__).parents[2]
FILE = ROOT / 'config' / 'foxglove_layout.json'
LAYOUT = json.loads(FILE.read_text())
PANELS = LAYOUT['configById']
TYPES = {topic: kind for kind, topic in TOPICS.items()} | {
    '/camera/image_raw': IMAGE,
    '/speech_to_text': STRING,
    '/emotion/voice': 'emotion_ros/msg/VoiceActivity',
    '/diagnostics': 'diagnostic_msgs/msg/DiagnosticArray',
}
# The keys that the typed layouts of foxglove-sdk 0.30.3 (foxglove.layouts) write for these panels.
SERIES = {'value', 'label', 'enabled', 'timestampMethod', 'color', 'lineSize', 'showLine'}
KEYS = {
    'Image': {'imageMode', 'scene', 'transforms', 'layers', 'topics', 'synchronize'},
    'Indicator': {'path', 'style', 'fontSize', 'rules', 'fallbackColor', 'fallbackLabel'},
    'RawMessages': {'diffEnabled', 'diffMethod', 'diffTopicPath', 'expansion', 'topicPath'},
    'StateTransitions': {'paths', 'isSynced', 'xAxisRange', 'showPoints', 'showLegend'},
    'Plot': {
        *('paths', 'minYValue', 'maxYValue', 'showLegend', 'legendDisplay', 'isSynced'),
        *('xAxisVal', 'followingViewWidth', 'yAxisLabel', 'showPlotValuesInLegend'),
    },
    'DiagnosticSummary': {
        *('minLevel', 'pinnedIds', 'topicToRender', 'hardwareIdFilter', 'sortByLevel'),
        'secondsUntilStale',
    },
    'Markdown': {'fontSize', 'renderMode', 'messagePath', 'markdown'},
}
ANNOTATIONS = '/emotion/annotations'  # of foxglove_msgs, see nodes/bridge.py
STEP = re.compile(r'\.(?P<field>\w+)(\[(?P<index>:|\d+)\])?(?P<filters>(\{\w+==[^}]*\})*)')
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
    for key in re.findall(r'\{(\w+)==', step['filters']):
        assert key in fields(kind or ''), f'{path}: {kind} has no {key}'
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


@pytest.mark.parametrize('name', PANELS)
def test_every_key_is_one_of_the_published_configuration(name: str) -> None:
    panel = PANELS[name]
    assert set(panel) - {'foxglovePanelTitle'} <= KEYS[name.partition('!')[0]]
    for series in panel.get('paths', []):
        assert set(series) <= SERIES
        assert series['timestampMethod'] in ('receiveTime', 'headerStamp')
    for rule in panel.get('rules', []):
        assert set(rule) == {'operator', 'rawValue', 'color', 'label'}
        assert rule['operator'] in ('=', '<', '<=', '>', '>=')
    assert panel.get('legendDisplay', 'floating') in ('floating', 'top', 'left', 'none')


def test_the_line_is_the_default_threshold() -> None:
    values = {p['label']: p['value'] for p in PANELS['Plot!evidence']['paths']}
    assert float(values['confidence_threshold']) == FusionConfig().confidence_threshold


def test_the_notes_name_the_source_of_the_boxes() -> None:
    notes = PANELS['Markdown!notes']['markdown']
    assert 'ros2 run emotion_ros bridge_node' in notes
    assert ANNOTATIONS in notes


def test_the_documented_command_moves_every_topic_into_a_namespace(tmp_path: Path) -> None:
    [command] = [c for c in code(ROOT / 'docs' / 'tools.md', 'bash') if 'foxglove_layout' in c]
    shutil.copy(FILE, tmp_path)
    subprocess.run(['bash', '-euc', command], cwd=tmp_path, check=True)
    moved = json.loads((tmp_path / 'robot1.json').read_text())['configById']
    before, after = set(texts(PANELS)), set(texts(moved))
    expected = {f'/robot1{text}' for text in before - {'/diagnostics', '/camera/image_raw'}}
    assert after == expected | {'/diagnostics', '/front/image_raw', '/robot1'}
    assert moved['DiagnosticSummary!health']['hardwareIdFilter'] == '/robot1'
