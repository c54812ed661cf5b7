# SPDX-License-Identifier: MIT
"""emotion_pipeline: the nodes in one process, with the same names and parameters."""

import sys
from argparse import REMAINDER, ArgumentParser
from collections.abc import Callable, Sequence
from typing import Any

from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode


def chosen_nodes(args: Sequence[str]) -> list[Callable[[], EmotionNode[Any]]]:
    """Return the nodes that the command line asks for; a wrong one ends the process."""
    parser = ArgumentParser(prog='emotion_pipeline', description='The nodes in one process.')
    parser.add_argument('--no-vision', action='store_true', help='leave out vision_node')
    parser.add_argument('--no-text', action='store_true', help='leave out sentiment_node')
    parser.add_argument('--voice', action='store_true', help='add voice_node')
    parser.add_argument('--ros-args', nargs=REMAINDER, help='what follows is for ROS')
    wanted = parser.parse_args(args)
    text = [] if wanted.no_text else [SentimentNode]
    vision = [] if wanted.no_vision else [VisionNode]
    chosen: list[Callable[[], EmotionNode[Any]]] = [FusionNode, *text, *vision]
    if wanted.voice:
        from emotion_ros.nodes.voice_node import VoiceNode  # 20 ms that most do not need

        chosen.append(VoiceNode)
    return chosen


def main(args: list[str] | None = None) -> int:
    """Run the nodes until the process is asked to stop."""
    return run(chosen_nodes(sys.argv[1:] if args is None else args), args)


if __name__ == '__main__':
    raise SystemExit(main())
