# SPDX-License-Identifier: MIT
"""What ends a process before it has a node: one line with the cause and the remedy."""

import pytest

from emotion_ros.cli.main import main as command
from emotion_ros.nodes import parameters
from emotion_ros.nodes.pipeline import main as pipeline


def test_one_name_for_all_nodes_of_a_process_is_refused(capsys):
    """As name= in a launch file; turns red when the nodes start, all called emotion."""
    assert pipeline(['--ros-args', '-r', '__node:=emotion']) == 2
    problem = capsys.readouterr().err
    assert '__node:=emotion would give 3 nodes one name: leave out name=' in problem
    assert len(problem.splitlines()) == 1


def test_the_doctor_names_a_log_folder_that_cannot_be_written(capsys, monkeypatch):
    """Turns red with a traceback when open_doctor lets the error of rclpy through."""
    monkeypatch.setenv('ROS_LOG_DIR', '/proc/none')
    assert command(['doctor']) == 2
    assert 'set ROS_LOG_DIR to a folder that can be written' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('name', 'owner'),
    [('detect_every', 'vision_node'), ('text_half_life', 'fusion_node'), ('robot_name', None)],
)
def test_whose_a_parameter_is(name, owner):
    assert parameters._owners().get(name) == owner
