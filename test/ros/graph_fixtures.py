# SPDX-License-Identifier: MIT
"""Fixtures: a graph for a test, and a separate DDS domain for each test of a folder."""

from collections.abc import Iterator

import pytest
import rclpy
from rclpy.context import Context
from rclpy.node import Node

from graph import Graph


@pytest.fixture
def graph(ros_domain: int) -> Iterator[Graph]:
    """Return an empty graph in that domain; its states are held to the output contract."""
    graph = Graph()
    yield graph
    graph.close()
    assert not graph.monitor.violations, graph.monitor.violations[:3]


@pytest.fixture
def rig(ros_domain: int) -> Iterator[Node]:
    """Return a node called rig that is in another DDS participant than those of the graph.

    In one participant a topic has one type.
    """
    context = Context()
    rclpy.init(context=context)
    node = Node('rig', context=context)
    yield node
    node.destroy_node()
    context.try_shutdown()


@pytest.fixture(autouse=True)
def isolated(ros_domain: int) -> None:
    """Run every test of the folder that imports this in a separate domain."""
