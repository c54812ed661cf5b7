# SPDX-License-Identifier: MIT
"""emotion_pipeline: the nodes in one process, with the same names and parameters."""

import sys
from argparse import REMAINDER, ArgumentParser
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run

NODES = {
    'fusion_node': 'FusionNode',
    'sentiment_node': 'SentimentNode',
    'vision_node': 'VisionNode',
    'voice_node': 'VoiceNode',
}


def chosen_nodes(args: Sequence[str]) -> list[str]:
    """Return the nodes that the command line asks for; a wrong one ends the process."""
    parser = ArgumentParser(prog='emotion_pipeline', description='The nodes in one process.')
    parser.add_argument('--no-vision', action='store_true', help='leave out vision_node')
    parser.add_argument('--no-text', action='store_true', help='leave out sentiment_node')
    parser.add_argument('--voice', action='store_true', help='add voice_node')
    parser.add_argument('--ros-args', nargs=REMAINDER, help='what follows is for ROS')
    wanted = parser.parse_args(args)
    has = {
        'sentiment_node': not wanted.no_text,
        'vision_node': not wanted.no_vision,
        'voice_node': wanted.voice,
    }
    return [name for name in NODES if has.get(name, True)]


def factory(name: str) -> Callable[[], EmotionNode[Any]]:
    """Return what imports and makes a node.

    So the first nodes find other processes while the modules of the next ones are imported.
    """

    def make() -> EmotionNode[Any]:
        module = import_module(f'emotion_ros.nodes.{name}')
        node: EmotionNode[Any] = getattr(module, NODES[name])()
        return node

    return make


def main(args: list[str] | None = None) -> int:
    """Run the nodes until the process is asked to stop."""
    return run([*map(factory, chosen_nodes(sys.argv[1:] if args is None else args))], args)


if __name__ == '__main__':
    raise SystemExit(main())
