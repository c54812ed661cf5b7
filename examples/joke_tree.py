#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A robot jokes and observes how it is taken, in a behaviour tree (``pip install py_trees``).

With the nodes running and a person in view::

    python3 examples/joke_tree.py
"""

from contextlib import suppress

import py_trees
import rclpy
from builtin_interfaces.msg import Duration
from py_trees.behaviour import Behaviour
from py_trees.common import Status
from py_trees.composites import Selector, Sequence
from rclpy.action import ActionClient
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.task import Future
from std_msgs.msg import String

from emotion_ros.action import ObserveReaction

TICK_S = 0.1


class Speak(Behaviour):
    """Publishes its words and succeeds at once."""

    def __init__(self, node: Node, words: str) -> None:
        super().__init__(words)
        self._logger = node.get_logger()
        self._publisher = node.create_publisher(String, 'behaviour', 10)
        self._words = words

    def update(self) -> Status:
        """Publish the words."""
        self._logger.info(self._words)
        self._publisher.publish(String(data=self._words))
        return Status.SUCCESS


class TakenWell(Behaviour):
    """RUNNING while the reaction is observed, then SUCCESS if the person feels better.

    FAILURE for every other verdict, also when nothing is known. Interrupted, it cancels the goal.
    """

    def __init__(self, node: Node, behaviour: str, window_s: int = 5) -> None:
        super().__init__(f'{behaviour} is taken well')
        self._client = ActionClient(node, ObserveReaction, 'observe_reaction')
        self._goal = ObserveReaction.Goal(behaviour=behaviour, window=Duration(sec=window_s))
        self.initialise()

    def initialise(self) -> None:
        """Send the goal as soon as the action is there."""
        self._sent: Future | None = None
        self._result: Future | None = None

    def update(self) -> Status:
        """Go on, or return what the verdict means."""
        if self._sent is None:
            if self._client.server_is_ready():
                self._sent = self._client.send_goal_async(self._goal)
        elif self._result is None:
            if self._sent.done():
                if not self._sent.result().accepted:
                    return Status.FAILURE
                self._result = self._sent.result().get_result_async()
        elif self._result.done():
            is_better = self._result.result().result.verdict == ObserveReaction.Result.BETTER
            return Status.SUCCESS if is_better else Status.FAILURE
        return Status.RUNNING

    def terminate(self, new_status: Status) -> None:
        """Cancel a goal that is not waited for any more, also when it is not answered yet."""
        is_over = self._result is not None and self._result.done()
        if new_status is Status.INVALID and self._sent is not None and not is_over:
            self._sent.add_done_callback(cancel)


def cancel(sent: Future) -> None:
    """Cancel a goal that was accepted."""
    if sent.result().accepted:
        sent.result().cancel_goal_async()


def make_tree(node: Node) -> Behaviour:
    """Return: a joke; another one if it was taken well, else an apology."""
    another = Sequence('another', memory=True)
    another.add_children([TakenWell(node, 'joke'), Speak(node, 'another joke')])
    answer = Selector('answer', memory=True)
    answer.add_children([another, Speak(node, 'sorry')])
    root = Sequence('jokes', memory=True)
    root.add_children([Speak(node, 'joke'), answer])
    return py_trees.decorators.OneShot('once', root, py_trees.common.OneShotPolicy.ON_COMPLETION)


def main() -> None:
    """Run until interrupted."""
    rclpy.init()
    node = Node('joke_tree')
    tree = py_trees.trees.BehaviourTree(make_tree(node))
    node.create_timer(TICK_S, tree.tick)
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin(node)


if __name__ == '__main__':
    main()
