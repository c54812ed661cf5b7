# SPDX-License-Identifier: MIT
"""Promises 1, 2, 3 and 7: nodes that start in any order, or refuse to and say why."""

import re
from array import array
from pathlib import Path
from time import monotonic

import pytest
from sensor_msgs.msg import Image

from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.msg import EmotionState, FaceEmotionArray
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)
from lengths import length
from node_process import START_S, startup_error
from running import pipeline

NODES = {
    'vision_node': (VisionNode, face_pipeline_factory(HappyFaceClassifier())),
    'sentiment_node': (SentimentNode, text_pipeline_factory(KeywordTextEngine())),
    'fusion_node': (FusionNode,),
}


def test_promise_1_a_state_without_input_comes_soon_after_the_start(graph, figure):
    """Red when FusionNode does not call create_timer."""
    states = graph.listen(EmotionState, 'emotion_state')
    started_s = monotonic()
    with pipeline(graph):
        elapsed_s = monotonic() - started_s
        nodes = lambda: set(graph.tester.get_node_names()) >= set(NODES)  # noqa: E731
        graph.until(nodes, 'all three nodes')
        state = graph.until(lambda: states, 'the first state')[0]
    figure('start to first state', elapsed_s, 's')
    assert elapsed_s < length(5.0, START_S)
    assert (state.status, state.confidence) == (EmotionState.STATUS_NO_INPUT, 0.0)
    assert state.not_actionable_reason == 'no_input'


@pytest.mark.parametrize('damage', ['missing', 'truncated', 'changed'])
@pytest.mark.parametrize(
    ('node', 'model', 'damaged'),
    [('vision_node', 'face', 'face_emotion.onnx'), ('sentiment_node', 'text', 'tokenizer.json')],
)
def test_promise_2_a_damaged_model_ends_the_start(tmp_path, figure, node, model, damaged, damage):
    """Red when read_model_file returns data whatever their hash is."""
    for path in packaged_weights().iterdir():
        (tmp_path / path.name).symlink_to(path)
    content = (tmp_path / damaged).read_bytes()
    (tmp_path / damaged).unlink()
    if damage != 'missing':
        changed = content[:-100] if damage == 'truncated' else content[:-1] + b'x'
        (tmp_path / damaged).write_bytes(changed)
    started_s = monotonic()
    card = f'{model}_model:={tmp_path}/{model}_emotion.json'
    line = startup_error(node, '-p', card, within_s=length(3.0, START_S))
    figure('refused after', monotonic() - started_s, 's')
    assert damaged in line
    hashes = re.findall('[0-9a-f]{64}', line)
    assert len(set(hashes)) == (0 if damage == 'missing' else 2)


WRONG = [
    ('fusion_node', 'rate: fast', "parameter rate: 'fast' is a string"),
    ('fusion_node', 'rate: 5', 'parameter rate: 5 is an integer'),
    ('fusion_node', 'filter: kalman', "parameter filter: 'kalman' is not one of"),
    ('fusion_node', 'rate: 1000.0', 'parameter rate: 1000.0 is above 100'),
    ('fusion_node', 'dwell: .nan', 'parameter dwell: nan is not a finite number'),
    ('fusion_node', 'colour: red', "unknown parameter 'colour'"),
    ('vision_node', 'detect_width: wide', "parameter detect_width: 'wide' is a string"),
    ('vision_node', 'face_detector: eyes', "parameter face_detector: 'eyes' is not one of"),
    ('vision_node', 'max_age: 0.0', 'parameter max_age: 0.0 is below 0.05'),
    ('sentiment_node', 'include_text: 1', 'parameter include_text: 1 is an integer'),
    ('sentiment_node', 'languages: [1, 2]', 'parameter languages'),
    ('sentiment_node', 'device: toaster', "parameter device: 'toaster' is not one of"),
    ('sentiment_node', 'max_chars: 5', 'parameter max_chars: 5 is below 20'),
]


def params_file(folder: Path, node: str, line: str) -> list[str]:
    """Write a parameter file; return the arguments that name it."""
    path = folder / 'params.yaml'
    path.write_text(f'/**/{node}:\n  ros__parameters:\n    {line}\n')
    return ['--params-file', str(path)]


@pytest.mark.parametrize(('node', 'line', 'words'), WRONG)
def test_promise_3_a_wrong_parameter_is_named(graph, tmp_path, node, line, words):
    """Red when declare_config does not call check_option, or EmotionNode not refuse_unknown."""
    make, *model = NODES[node]
    arguments = ['--ros-args', *params_file(tmp_path, node, line)]
    with pytest.raises(ConfigError) as raised:
        make(*model, context=graph.context, cli_args=arguments)
    assert words in str(raised.value)


@pytest.mark.parametrize(('node', 'line', 'words'), [WRONG[0], WRONG[7], WRONG[12]])
def test_promise_3_and_ends_the_process(tmp_path, figure, node, line, words):
    """Red when run does not catch EmotionRosError."""
    started_s = monotonic()
    arguments = params_file(tmp_path, node, line)
    said = startup_error(node, *arguments, within_s=length(3.0, START_S))
    figure('refused after', monotonic() - started_s, 's')
    assert node in said and words in said


@pytest.mark.parametrize('camera_first', [False, True])
def test_promise_7_the_order_of_start_does_not_matter(graph, figure, camera_first):
    """Red when LATEST_IMAGE asks for images that are TRANSIENT_LOCAL."""
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    pixels = array('B', bytes(48 * 64))

    def show() -> None:
        msg = Image(height=48, width=64, step=64, encoding='mono8', data=pixels)
        msg.header.stamp = graph.tester.get_clock().now().to_msg()
        camera.publish(msg)

    if not camera_first:
        graph.add(*NODES['vision_node'])
    camera = graph.tester.create_publisher(Image, 'image', 1)
    if camera_first:
        for _ in range(5):
            show()
        graph.add(*NODES['vision_node'])
    both_run_s = monotonic()
    graph.until(lambda: faces, 'results', length(2.0, START_S), show)
    figure('camera first' if camera_first else 'node first', monotonic() - both_run_s, 's')
    assert faces[0].status == FaceEmotionArray.STATUS_OK
