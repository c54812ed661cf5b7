# SPDX-License-Identifier: MIT
"""The parameter files in config/ as rcl reads them, in a namespace."""

import re
from functools import partial

import pytest
import rclpy
from rclpy.context import Context
from rclpy.node import Node

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.options import check_option
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import packaged_config
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.voice.config import VoiceConfig

OWNED_BY_RCLPY = ('use_sim_time', 'start_type_description_service')
NODES = {
    'vision_node': VisionConfig,
    'sentiment_node': SentimentConfig,
    'voice_node': VoiceConfig,
    'fusion_node': FusionConfig,
}


def parameters_of(node_name, params_file):
    """Return what a node in a namespace gets from a parameter file."""
    context = Context()
    rclpy.init(args=['--ros-args', '--params-file', str(params_file)], context=context)
    node = Node(
        node_name,
        namespace='/robot/head',
        context=context,
        automatically_declare_parameters_from_overrides=True,
    )
    given = {name: p.value for name, p in node.get_parameters_by_prefix('').items()}
    node.destroy_node()
    context.try_shutdown()
    return {k: v for k, v in given.items() if k not in OWNED_BY_RCLPY}


@pytest.mark.parametrize(('node', 'options'), NODES.items())
def test_the_default_file_changes_nothing(node, options):
    assert parameters_of(node, packaged_config('emotion.yaml')) == {}
    assert ParamsFile(packaged_config('emotion.yaml')).config(node, options) == options()


@pytest.mark.parametrize(('node', 'options'), NODES.items())
def test_its_examples_are_legal_once_uncommented(tmp_path, node, options):
    text = packaged_config('emotion.yaml').read_text()
    uncommented = re.sub('^  # ', '  ', text.replace('  ros__parameters: {}\n', ''), flags=re.M)
    file = tmp_path / 'mine.yaml'
    file.write_text(uncommented)
    given = parameters_of(node, file)
    assert given
    for name, value in given.items():
        check_option(options, name, value)


@pytest.mark.parametrize(
    ('node', 'given'),
    [
        ('vision_node', {'image_transport': 'compressed'}),
        ('dashboard_node', {'image_transport': 'compressed'}),
        ('sentiment_node', {}),
        ('fusion_node', {}),
    ],
)
def test_the_compressed_transport_reaches_those_that_take_images(node, given):
    assert parameters_of(node, packaged_config('compressed.yaml')) == given


@pytest.mark.parametrize(
    ('node', 'given'),
    [('dashboard_node', {'show_image': True}), ('vision_node', {}), ('fusion_node', {})],
)
def test_the_camera_image_is_shown_by_the_dashboard_only(node, given):
    assert parameters_of(node, packaged_config('show_image.yaml')) == given


@pytest.mark.parametrize(
    ('line', 'is_refused'),
    [
        ('robot_name: r1', False),
        ('motor_driver: {kp: 1.0, limits: {current: 2.0}}', False),
        ('motor.driver: {kp: 1.0}', False),
        ('confidence_treshold: 0.5', True),
    ],
)
def test_a_file_that_a_robot_shares_may_have_parameters_of_others(
    graph, tmp_path, monkeypatch, line, is_refused
):
    """Turns red when fusion_node refuses what ``/**:`` is meant to give to other nodes."""
    file = tmp_path / 'robot.yaml'
    file.write_text(f'/**:\n  ros__parameters:\n    dwell: 0.7\n    {line}\n')
    arguments = ['--ros-args', '--params-file', str(file)]
    monkeypatch.setattr('sys.argv', ['fusion_node', *arguments])
    make = partial(FusionNode, cli_args=arguments)
    if is_refused:
        with pytest.raises(ConfigError, match='unknown parameter'):
            graph.add(make)
    else:
        assert graph.add(make).config.dwell == 0.7
