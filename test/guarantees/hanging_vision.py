# SPDX-License-Identifier: MIT
"""vision_node with a network that never comes back, as a process."""

from functools import partial
from threading import Event

from emotion_ros.nodes.executor import run
from emotion_ros.nodes.vision_node import VisionNode
from fakes import HappyFaceClassifier, face_pipeline_factory


def hang() -> None:
    """Say so, and wait for ever."""
    print('hangs', flush=True)  # noqa: T201 - the test waits for it
    Event().wait()


if __name__ == '__main__':
    raise SystemExit(run([partial(VisionNode, face_pipeline_factory(HappyFaceClassifier(hang)))]))
