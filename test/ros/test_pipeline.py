# SPDX-License-Identifier: MIT
"""emotion_pipeline: which nodes its command line starts."""

import subprocess
import sys

import pytest

from emotion_ros.nodes.executor import run
from emotion_ros.nodes.pipeline import chosen_nodes
from emotion_ros.nodes.start import EXIT_BAD_CONFIG

STARTED = """
import sys
from emotion_ros.nodes.start import start

def main():
    from emotion_ros.nodes import executor
    from emotion_ros.nodes.pipeline import chosen_nodes, factory
    def stop():
        raise KeyboardInterrupt
    return executor.run([*map(factory, chosen_nodes([])), stop], [])

sys.modules['program'] = sys.modules['__main__']
assert start('program') == 0
print(*sys.modules)
"""
"""A pipeline that is stopped once all of its nodes are active, and what it has imported."""


@pytest.mark.parametrize(
    ('args', 'nodes'),
    [
        ([], ['fusion_node', 'sentiment_node', 'vision_node']),
        (['--ros-args', '-r', '__ns:=/robot'], ['fusion_node', 'sentiment_node', 'vision_node']),
        (['--no-vision'], ['fusion_node', 'sentiment_node']),
        (
            ['--no-text', '--ros-args', '--params-file', 'nowhere.yaml'],
            ['fusion_node', 'vision_node'],
        ),
        (['--no-text', '--no-vision'], ['fusion_node']),
    ],
)
def test_the_command_line_chooses_the_nodes(args, nodes):
    assert chosen_nodes(args) == nodes


def test_an_unknown_argument_ends_the_process(capsys):
    with pytest.raises(SystemExit) as end:
        chosen_nodes(['--no-fusion'])
    assert end.value.code == 2
    assert '--no-fusion' in capsys.readouterr().err


def test_the_start_imports_nothing_that_only_some_robots_need():
    """Red when start.py lets the generator of messages in, or the text model is loaded."""
    done = subprocess.run([sys.executable, '-c', STARTED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    imported = set(done.stdout.split())
    assert {'rclpy', 'cv2', 'onnxruntime', 'emotion_ros.nodes.sentiment_node'} <= imported
    unneeded = {
        'aiohttp',
        'asyncio',
        'emotion_ros.cli',
        'emotion_ros.perception.voice',
        'email',
        'importlib.metadata',
        'lark',
        'matplotlib',
        'pandas',
        'rich',
        'scipy',
        'tokenizers',
        'torch',
        'unittest',
    }
    assert not unneeded & imported


def test_a_node_whose_module_cannot_be_imported_is_told_in_one_line(capsys):
    def make():
        raise ImportError('no module of\nthis robot')

    assert run([make], []) == EXIT_BAD_CONFIG
    assert capsys.readouterr().err == 'emotion_ros: no module of this robot\n'
