# SPDX-License-Identifier: MIT
"""emotion_pipeline: which nodes its command line starts."""

import pytest

from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.pipeline import chosen_nodes
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode


@pytest.mark.parametrize(
    ('args', 'nodes'),
    [
        ([], {FusionNode, SentimentNode, VisionNode}),
        (['--ros-args', '-r', '__ns:=/robot'], {FusionNode, SentimentNode, VisionNode}),
        (['--no-vision'], {FusionNode, SentimentNode}),
        (['--no-text', '--ros-args', '--params-file', 'nowhere.yaml'], {FusionNode, VisionNode}),
        (['--no-text', '--no-vision'], {FusionNode}),
    ],
)
def test_the_command_line_chooses_the_nodes(args, nodes):
    assert set(chosen_nodes(args)) == nodes


def test_an_unknown_argument_ends_the_process(capsys):
    with pytest.raises(SystemExit) as end:
        chosen_nodes(['--no-fusion'])
    assert end.value.code == 2
    assert '--no-fusion' in capsys.readouterr().err
