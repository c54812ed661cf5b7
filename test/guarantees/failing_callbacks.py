# SPDX-License-Identifier: MIT
"""The nodes in one process, with fakes for models; every callback raises the first time."""

from collections.abc import Callable
from functools import partial
from typing import Any

from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.sentiment_node import SentimentNode
from emotion_ros.nodes.vision_node import VisionNode
from fakes import (
    HappyFaceClassifier,
    KeywordTextEngine,
    face_pipeline_factory,
    text_pipeline_factory,
)

SERVICES = ('/enable', '/set_parameters')


def failing(make: Callable[[], EmotionNode]) -> EmotionNode:
    """Return a node whose subscriptions, timers and services all fail once."""
    node = make()
    services = [s for s in node.services if s.srv_name.endswith(SERVICES)]
    for owner in (*node.subscriptions, *node.timers, *services):
        fail_once(owner)
    return node


def fail_once(owner: Any) -> None:
    """Let the callback raise when it is next called, and work from then on."""
    callback = owner.callback

    def raising(*args: Any) -> None:
        owner.callback = callback
        raise RuntimeError(f'injected into {callback.__qualname__}')

    owner.callback = raising


def main() -> int:
    """Run until asked to stop."""
    nodes = [
        FusionNode,
        partial(SentimentNode, text_pipeline_factory(KeywordTextEngine())),
        partial(VisionNode, face_pipeline_factory(HappyFaceClassifier())),
    ]
    return run([partial(failing, make) for make in nodes])


if __name__ == '__main__':
    raise SystemExit(main())
