# SPDX-License-Identifier: MIT
"""Promises 4 to 6: what a client may set, what it may not, and the page that says so."""

import math
import re
from pathlib import Path
from time import monotonic

import pytest
import yaml
from diagnostic_msgs.msg import DiagnosticArray
from hypothesis import given, settings
from hypothesis import strategies as st
from rcl_interfaces.msg import Parameter as ParameterMsg
from rcl_interfaces.msg import ParameterDescriptor, ParameterValue
from rcl_interfaces.srv import DescribeParameters, GetParameters, SetParameters
from rclpy.parameter import Parameter

from emotion_ros.core.options import OptionSpec, OptionValue
from emotion_ros.demo.source_node import DemoSourceNode
from emotion_ros.msg import EmotionState, FaceEmotion, FaceEmotionArray
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.parameters import to_option
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.nodes.voice_node import VoiceNode
from fakes import (
    AngryVoiceClassifier,
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
    voice_pipeline_factory,
)
from graph import TIMEOUT_S, Graph
from lengths import length

PARAMETERS = Path(__file__).parents[2] / 'docs' / 'parameters.md'
ROW = re.compile(
    r'^- `(?P<name>\w+)` = `(?P<default>.*?)`'
    r'(?: \((?!live)(?P<legal>.*?)(?P<live>; live)?\)|(?P<only> \(live\)))?: (?P<doc>.*)$',
    re.MULTILINE,
)
STARTS = {
    'vision_node': (VisionNode, face_pipeline_factory(HappyFaceClassifier())),
    'sentiment_node': (SentimentNode, text_pipeline_factory(KeywordTextEngine())),
    'voice_node': (VoiceNode, voice_pipeline_factory(AngryVoiceClassifier())),
    'fusion_node': (FusionNode,),
    'demo_source': (DemoSourceNode,),
}
NODES = tuple(STARTS)[:4]


def start(graph: Graph, name: str) -> EmotionNode:
    """Start a node with a small model and default parameters."""
    return graph.add(*STARTS[name])


def value_msg(value: object) -> ParameterValue:
    """Return a value as a client sends it."""
    return Parameter('x', value=value).to_parameter_msg().value


def request_of(name: str, value: ParameterValue) -> SetParameters.Request:
    """Return the request that sets one parameter."""
    return SetParameters.Request(parameters=[ParameterMsg(name=name, value=value)])


ILLEGAL = {
    'vision_node': [('max_age', math.nan), ('detect_width', 0), ('rotate', 45)],
    'sentiment_node': [('max_chars', 5), ('include_text', 'yes'), ('device', 'toaster')],
    'voice_node': [
        ('max_age', math.inf),
        ('vad', 'webrtc'),
        ('channel', -2),
        ('sample_rate', 1.0),
    ],
    'fusion_node': [
        ('dwell', math.nan),
        ('dwell', math.inf),
        ('dwell', -1.0),
        ('dwell', 'long'),
        ('dwell', 1),
        ('focus_rule', 'best'),
        ('text_without_face', 1),
    ],
}


@pytest.mark.parametrize('name', NODES)
def test_promise_4_illegal_changes_are_refused_and_the_node_goes_on(graph, name):
    """Red when follow_changes answers a ConfigError with success."""
    node = start(graph, name)
    before = node.config
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    service = f'{name}/set_parameters'
    illegal = [(option, value_msg(value)) for option, value in ILLEGAL[name]]
    for option, value in [*illegal, ('nonsense', value_msg(True))]:
        (result,) = graph.call(SetParameters, service, request_of(option, value)).results
        assert not result.successful, option
        assert result.reason
    client = graph.tester.create_client(SetParameters, service)
    graph.until(client.service_is_ready, service)
    option = ILLEGAL[name][0][0]
    malformed = client.call_async(request_of(option, ParameterValue(type=200)))
    seen = len(diagnostics)
    graph.until(lambda: len(diagnostics) >= seen + 2, 'life a second later')
    assert not malformed.done() or not malformed.result().results[0].successful
    assert node.config == before == type(before)()
    names = [option for option, _ in ILLEGAL[name]]
    held = values_of(graph, name, names)
    assert held == [type(before).defaults()[option] for option in names]


VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-1, 30),
    st.floats(),
    st.floats(-1.0, 10.0),
    st.text(st.characters(exclude_categories=['Cs']), max_size=8),
    st.sampled_from(['largest', 'id', 'hmm', 'cpu', 'face_1']),
    st.lists(st.sampled_from(['voice', '']), max_size=2),
)


@pytest.mark.parametrize('name', NODES)
def test_promise_4_whatever_is_set_the_configuration_is_legal(graph, name):
    """Red when follow_changes answers a ConfigError with success."""
    node = start(graph, name)

    @settings(max_examples=int(length(2000, 150)))
    @given(st.sampled_from(sorted(node.config.defaults())), VALUES)
    def set_and_look(option: str, value: OptionValue) -> None:
        before = node.config
        (result,) = node.set_parameters([Parameter(option, value=value)])
        if result.successful:
            assert getattr(node.config, option) == to_option(value)
            assert type(getattr(node.config, option)) is type(before.defaults()[option])
            node.config.specs()[option].check(option, getattr(node.config, option))
        else:
            assert node.config == before

    set_and_look()


def another(spec: OptionSpec, default: OptionValue) -> OptionValue:
    """Return a legal value that is not the default."""
    if spec.choices:
        return spec.choices[-1]
    if isinstance(default, bool):
        return not default
    if isinstance(default, str):
        return 'face_1'
    if isinstance(default, tuple):
        return ('de',)
    return spec.high


@pytest.mark.parametrize('name', NODES)
def test_promise_5_a_legal_change_is_taken_or_is_said_to_be_read_only(graph, name):
    """Red when descriptor leaves out read_only, or follow_changes does not call apply."""
    node = start(graph, name)
    for option, spec in node.config.specs().items():
        value = another(spec, node.config.defaults()[option])
        given = value_msg(list(value) if isinstance(value, tuple) else value)
        request = request_of(option, given)
        (result,) = graph.call(SetParameters, f'{name}/set_parameters', request).results
        assert result.successful is spec.dynamic, option
        assert (getattr(node.config, option) == value) is spec.dynamic
        assert spec.dynamic or 'read-only' in result.reason


def happy_face(graph: Graph) -> FaceEmotionArray:
    """Return a frame with a clearly happy face, stamped now."""
    p = [0.01] * 7
    p[3] = 0.94
    face = FaceEmotion(face_id=1, box_xyxy=[0.4, 0.4, 0.6, 0.6], quality=1.0, probabilities=p)
    msg = FaceEmotionArray(faces=[face])
    msg.header.stamp = graph.tester.get_clock().now().to_msg()
    return msg


def test_promise_5_a_change_is_seen_in_the_state(graph, figure):
    """Red when FusionNode.on_config does nothing."""
    states = graph.listen(EmotionState, 'emotion_state')
    start(graph, 'fusion_node')
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')

    def newest(reason: str) -> bool:
        return bool(states) and states[-1].not_actionable_reason == reason

    show = lambda: faces.publish(happy_face(graph))  # noqa: E731
    graph.until(lambda: newest(''), 'an actionable state', publish=show)
    request = request_of('confidence_threshold', value_msg(1.0))
    assert graph.call(SetParameters, 'fusion_node/set_parameters', request).results[0].successful
    changed_s = monotonic()
    graph.until(lambda: newest('low_confidence'), 'the change', length(1.0, TIMEOUT_S), show)
    figure('change to state', monotonic() - changed_s, 's')


def documented(node: str) -> dict[str, tuple[object, str, bool, str]]:
    """Return what docs/parameters.md says: default, legal values, live, meaning by name."""
    (page,) = re.findall(rf'## {node}\n(.*?)(?:\n## |\Z)', PARAMETERS.read_text(), re.DOTALL)
    return {
        row['name']: (
            yaml.safe_load(row['default']),
            (row['legal'] or '').replace('`', ''),
            bool(row['live'] or row['only']),
            row['doc'],
        )
        for row in ROW.finditer(page)
    }


def inspected(graph: Graph, node: str) -> dict[str, tuple[object, str, bool, str]]:
    """Return the same as a running node tells it."""
    names = list(start(graph, node).config.defaults())
    described = graph.call(
        DescribeParameters, f'{node}/describe_parameters', DescribeParameters.Request(names=names)
    ).descriptors
    return {
        d.name: (default, legal_of(d), not d.read_only, d.description)
        for d, default in zip(described, values_of(graph, node, names), strict=True)
    }


def values_of(graph: Graph, node: str, names: list[str]) -> list[object]:
    """Return the values of parameters as YAML gives them."""
    request = GetParameters.Request(names=names)
    values = graph.call(GetParameters, f'{node}/get_parameters', request).values
    given = [Parameter.from_parameter_msg(ParameterMsg(value=v)).value for v in values]
    return [list(to_option(v)) if isinstance(v, list) else v for v in given]


def legal_of(described: ParameterDescriptor) -> str:
    """Return the legal values in the words of the page."""
    if described.additional_constraints:
        return described.additional_constraints.removeprefix('one of ')
    for limits in (*described.integer_range, *described.floating_point_range):
        return f'{limits.from_value:g} to {limits.to_value:g}'
    return ''


@pytest.mark.parametrize('node', STARTS)
def test_promise_6_the_page_of_parameters_is_what_a_node_tells(graph, node):
    """Red when descriptor gives another range than the page."""
    assert inspected(graph, node) == documented(node)


def test_promise_6_every_node_tells_only_what_is_on_the_page(graph):
    """Red when a node declares a parameter beside its options."""
    for name in NODES:
        node = start(graph, name)
        declared = {p for p in node.get_parameters_by_prefix('') if '.' not in p}
        owned = {'use_sim_time', 'start_type_description_service'}
        assert declared - owned == set(documented(name)) | set(documented('every node'))
