# SPDX-License-Identifier: MIT
"""Somebody who speaks, for the sentiment node to hear."""

from itertools import count

from std_msgs.msg import String

from graph import Graph


class Speaker:
    """Says something else several times a second."""

    def __init__(self, graph: Graph) -> None:
        self._publisher = graph.publisher(String, 'speech')
        self._number = count()
        graph.tester.create_timer(0.2, self.say)

    def say(self) -> None:
        """Say the next sentence."""
        words = f'I am so happy to see you, number {next(self._number)}!'
        self._publisher.publish(String(data=words))
