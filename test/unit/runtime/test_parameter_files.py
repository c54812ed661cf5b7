# SPDX-License-Identifier: MIT
"""Parameter files as people write them: which of them miss their node."""

from pathlib import Path

import pytest

from emotion_ros.runtime.parameter_files import file_problem, shared_parameters, unused_blocks

IN_ROOT = ('/fusion_node', '/vision_node')
IN_R1 = ('/r1/fusion_node', '/r1/vision_node')
IN_LAB = ('/lab/r1/vision_node',)
VALUES = '{ros__parameters: {rate: 5.0}}'
MISSED = ('vision_node is not {node}, so', '/**/vision_node: for a node in any namespace')


@pytest.mark.parametrize(
    ('name', 'source', 'text', 'nodes', 'found'),
    [
        ('empty', '-', '', IN_ROOT, ()),
        ('plain name', '-', f'vision_node: {VALUES}', IN_ROOT, ()),
        ('plain name in a namespace', 'ros2/ros2 569', f'vision_node: {VALUES}', IN_R1, MISSED),
        ('full name of another', 'ros2cli 863', f'/r2/vision_node: {VALUES}', IN_R1, MISSED),
        ('full name', 'ros2cli 863', f'/r1/vision_node: {VALUES}', IN_R1, ()),
        ('one of two', 'own', f'/r1/vision_node: {VALUES}\n/r2/vision_node: {VALUES}', IN_R1, ()),
        ('any namespace', '-', f'/**/vision_node: {VALUES}', IN_LAB, ()),
        ('any namespace, nested', 'mavros 1838', f'/**: {{vision_node: {VALUES}}}', IN_LAB, ()),
        ('one level', 'rcl 954', f'/*: {{vision_node: {VALUES}}}', IN_R1, ()),
        ('one level of two', 'rcl 954', f'/*/vision_node: {VALUES}', IN_LAB, MISSED),
        ('every node', 'ros2/design 303', f'/**: {VALUES}', IN_LAB, ()),
        ('namespace as a key', 'rclcpp 2166', f'r1: {{vision_node: {VALUES}}}', IN_R1, ()),
        ('beside every node', 'own', f'/**: {VALUES}\nvision_node: {VALUES}', IN_R1, MISSED),
        ('another of our nodes', '-', f'voice_node: {VALUES}', IN_ROOT, ()),
        ('with foreign nodes', 'own', f'amcl: {VALUES}\nvoice_node: {VALUES}', IN_ROOT, ()),
        ('of navigation', 'launch 620', f'amcl: {VALUES}', IN_ROOT, ('changes nothing', 'amcl')),
        ('wrong name', 'fusioncore 134', f'vision: {VALUES}', IN_ROOT, ('changes nothing',)),
        ('the process', 'own', f'emotion_pipeline: {VALUES}', IN_ROOT, ('emotion_pipeline',)),
        ('renamed node', 'own', f'eyes: {VALUES}', ('/eyes',), ()),
        ('no parameter file', 'own', 'a: [\x00', IN_ROOT, ()),
    ],
)
def test_a_file_that_misses_its_node_is_named(
    tmp_path: Path, name: str, source: str, text: str, nodes: tuple[str, ...], found: tuple[str]
) -> None:
    file = tmp_path / 'params.yaml'
    file.write_text(text)
    lines = list(unused_blocks(['node', '--ros-args', '--params-file', str(file)], nodes))
    assert bool(lines) == bool(found), (name, source, lines)
    assert len(lines) < 2
    for words in found:
        assert words.format(node=nodes[-1]) in lines[0]


def test_without_a_parameter_file_nothing_is_said() -> None:
    assert list(unused_blocks(['node', '--ros-args'], IN_ROOT)) == []


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        ('/**:\n  ros_parameters: {rate: 5.0}', 'line 2: ros_parameters must be ros__parameters'),
        ('/**:\n\tros__parameters:\n\t\trate: 5.0', 'line 2: indent with spaces, not tabs'),
        ('/**: [', 'is not YAML'),
        (f'vision_node: {VALUES}', ''),
    ],
)
def test_why_ros_cannot_read_a_file(tmp_path: Path, text: str, problem: str) -> None:
    """Turns red when a tab or a single underscore is not named: rcl says `line 1` of the one."""
    file = tmp_path / 'params.yaml'
    file.write_text(text)
    found = file_problem(['--params-file', str(file)])
    assert found.startswith(str(file)) if problem else found == ''
    assert problem in found


@pytest.mark.parametrize(
    ('content', 'problem'),
    [(None, 'cannot be read'), ('/**: # für'.encode('latin-1'), 'not UTF-8')],
)
def test_why_a_file_cannot_be_opened(tmp_path: Path, content: bytes | None, problem: str) -> None:
    file = tmp_path / 'params.yaml'
    if content is not None:
        file.write_bytes(content)
    assert problem in file_problem(['--params-file', str(file)])


def test_what_a_file_gives_to_every_node_of_a_robot(tmp_path: Path) -> None:
    file = tmp_path / 'robot.yaml'
    file.write_text('/**: {ros__parameters: {robot_name: r1}}\nfusion_node: ' + VALUES)
    assert shared_parameters(['--params-file', str(file)]) == {'robot_name': str(file)}
