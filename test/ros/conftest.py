"""Each test here has a DDS domain and a graph of its own."""

from collections.abc import Iterator

import pytest

from graph import Graph


@pytest.fixture(autouse=True)
def _isolated(ros_domain: int) -> None:
    """Keep every test here in a domain of its own."""


@pytest.fixture
def graph(ros_domain: int) -> Iterator[Graph]:
    """Return an empty graph in that domain."""
    graph = Graph()
    yield graph
    graph.close()
    assert not graph.monitor.violations
