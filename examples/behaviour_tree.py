#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same in a behaviour tree, with py_trees (``pip install py_trees``).

With the nodes running, or with ``emotion-ros demo`` in another terminal (the same ROS_DOMAIN_ID
in both, such as ``export ROS_DOMAIN_ID=30``)::

    python3 examples/behaviour_tree.py
"""

from contextlib import suppress

import py_trees
import rclpy
from py_trees.behaviour import Behaviour
from py_trees.common import Status
from py_trees.composites import Selector, Sequence
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from std_msgs.msg import String

from emotion_ros.listener import EmotionListener
from emotion_ros.msg import EmotionState

TICK_S = 0.1


class Feels(Behaviour):
    """SUCCESS while a person has shown one of these emotions for at least ``for_s``."""

    def __init__(self, listener: EmotionListener, *emotions: str, for_s: float) -> None:
        super().__init__(f'feels {" or ".join(emotions)}')
        self._holds = False
        listener.on_actionable(*emotions, for_s=for_s, do=self._begin, then=self._end)

    def update(self) -> Status:
        """Return whether it holds now."""
        return Status.SUCCESS if self._holds else Status.FAILURE

    def _begin(self, _: EmotionState) -> None:
        self._holds = True

    def _end(self, _: EmotionState) -> None:
        self._holds = False


class Say(Behaviour):
    """Logs and publishes its words once, then goes on RUNNING until something else is chosen."""

    def __init__(self, node: Node, words: str) -> None:
        super().__init__(f'say {words}')
        self._logger = node.get_logger()
        self._publisher = node.create_publisher(String, 'behaviour', 10)
        self._words = words

    def initialise(self) -> None:
        """Begin."""
        self._logger.info(self._words)
        self._publisher.publish(String(data=self._words))

    def update(self) -> Status:
        """Go on."""
        return Status.RUNNING


def make_tree(node: Node) -> Behaviour:
    """Return: comfort who is sad; else cheer with who is happy; else rest."""
    listener = EmotionListener(node)
    comfort = Sequence('comfort', memory=False)
    comfort.add_children([Feels(listener, 'sad', for_s=3.0), Say(node, 'comfort')])
    cheer = Sequence('cheer', memory=False)
    cheer.add_children([Feels(listener, 'happy', 'surprise', for_s=1.0), Say(node, 'cheer')])
    root = Selector('robot', memory=False)
    root.add_children([comfort, cheer, Say(node, 'rest')])
    return root


def main() -> None:
    """Run until interrupted."""
    rclpy.init()
    node = Node('behaviour_tree')
    tree = py_trees.trees.BehaviourTree(make_tree(node))
    node.create_timer(TICK_S, tree.tick)
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(node)


if __name__ == '__main__':
    main()
