# SPDX-License-Identifier: MIT
"""A graph for each test that asks, and a DDS domain for each test of a folder."""

from collections.abc import Iterator

import pytest

from graph import Graph


@pytest.fixture
def graph(ros_domain: int) -> Iterator[Graph]:
    """Return an empty graph in that domain; its states are held to the output contract."""
    graph = Graph()
    yield graph
    graph.close()
    assert not graph.monitor.violations


@pytest.fixture(autouse=True)
def isolated(ros_domain: int) -> None:
    """Keep every test of the folder that imports this in a domain of its own."""
