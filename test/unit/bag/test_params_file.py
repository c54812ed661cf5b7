# SPDX-License-Identifier: MIT
"""Parameter files of ROS, read without ROS."""

from pathlib import Path

import pytest

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.core.fusion.config import FusionConfig, ModalityConfig
from emotion_ros.errors import ConfigError
from emotion_ros.perception.face.config import VisionConfig

SHIPPED = Path(__file__).parents[3] / 'config' / 'emotion.yaml'


def read(tmp_path: Path, text: str) -> ParamsFile:
    path = tmp_path / 'params.yaml'
    path.write_text(text)
    return ParamsFile(path)


@pytest.mark.parametrize('path', [None, SHIPPED])
def test_no_file_and_the_shipped_one_change_nothing(path: Path | None) -> None:
    assert ParamsFile(path).config('fusion_node', FusionConfig) == FusionConfig()
    assert ParamsFile(path).config('vision_node', VisionConfig) == VisionConfig()


@pytest.mark.parametrize(
    'node', ['fusion_node', '/fusion_node', '/**/fusion_node', '/a/fusion_node', '/**']
)
def test_a_block_is_for_the_node_that_it_names(tmp_path: Path, node: str) -> None:
    file = read(tmp_path, f'{node}:\n  ros__parameters: {{rate: 5.0, use_sim_time: true}}\n')
    assert file.config('fusion_node', FusionConfig) == FusionConfig(rate=5.0)


@pytest.mark.parametrize(
    'text',
    [
        'robot:\n  fusion_node:\n    ros__parameters: {rate: 5.0}\n',
        '/**:\n  fusion_node:\n    ros__parameters: {rate: 5.0}\n',
        'robot:\n  /**:\n    ros__parameters: {rate: 5.0}\n',
    ],
)
def test_namespaces_may_be_nested(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).config('fusion_node', FusionConfig) == FusionConfig(rate=5.0)


def test_blocks_of_others_are_not_ours(tmp_path: Path) -> None:
    file = read(tmp_path, 'talker:\n  ros__parameters: {rate: 5.0}\n')
    assert file.config('fusion_node', FusionConfig) == FusionConfig()


@pytest.mark.parametrize('voice', ['voice: {weight: 0.25}', 'voice.weight: 0.25'])
def test_a_listed_modality_has_parameters_of_its_own(tmp_path: Path, voice: str) -> None:
    file = read(
        tmp_path, f'fusion_node:\n  ros__parameters:\n    modalities: [voice]\n    {voice}\n'
    )
    assert file.config('fusion_node', FusionConfig) == FusionConfig(modalities=('voice',))
    assert file.modality('voice') == ModalityConfig(weight=0.25)


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        ('', 'is empty'),
        ('- 1\n', 'a list is not a mapping'),
        ('fusion_node: [', 'is not YAML'),
        ('/**: {ros__parameters: {rate: 2026-99-99}}', 'rate: None is of type NoneType'),
        ('/**: {ros__parameters: {rate: !!int ""}}', 'rate: None is of type NoneType'),
        ('/**: {ros__parameters: {rate: !!bool x}}', 'rate: None is of type NoneType'),
        ('/**: {ros__parameters: {rate: !!timestamp x}}', 'rate: None is of type NoneType'),
        (
            '/**:\n  ros__parameters:\n    rate: 2.0\n    rate: 5.0',
            "line 4: 'rate' is there twice",
        ),
        pytest.param('[' * 5000, 'is not YAML', id='too deep'),
        (
            '/**: {ros__parameters: &a {voice: *a}}',
            'an alias refers to the block that contains it',
        ),
        ('/**: &a {ros__parameters: *a}', 'an alias refers to the block that contains it'),
        ('/**: {ros__parameters: {modalities: &a [*a]}}', 'fusion_node: modalities: '),
        ('fusion_node: {rate: 5.0}', "'rate' is not below ros__parameters"),
        ('/**: {rate: 5.0}', "'rate' is not below ros__parameters"),
        ('fusion_node: {ros__parameters: 5}', "'5' is not a mapping"),
        ('fusion_node:\n  ros__parameters:\n    rate: 5', 'line 3: fusion_node: rate: 5 is an'),
        ('fusion_node: {ros__parameters: {rate: 5}}', 'rate: 5 is an integer'),
        ('fusion_node: {ros__parameters: {rate: 0.5}}', 'rate: 0.5 is below 1'),
        ('fusion_node: {ros__parameters: {rat: 5.0}}', "unknown parameter 'rat'"),
        (
            'fusion_node: {ros__parameters: {voice: {weight: 1.0}}}',
            "unknown parameter 'voice.weight'",
        ),
    ],
)
def test_a_bad_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read(tmp_path, text).config('fusion_node', FusionConfig)
    assert 'params.yaml: ' in str(refusal.value)
    assert reason in str(refusal.value)


@pytest.mark.parametrize('parameter', ['weigth: 1.0', 'weight: -1.0'])
def test_a_bad_parameter_of_a_modality_is_named(tmp_path: Path, parameter: str) -> None:
    file = read(
        tmp_path,
        f'fusion_node:\n  ros__parameters: {{modalities: [voice], voice: {{{parameter}}}}}\n',
    )
    with pytest.raises(ConfigError, match='voice'):
        file.modality('voice')


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='cannot be read'):
        ParamsFile(tmp_path / 'nowhere.yaml')
