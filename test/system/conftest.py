"""Bags made once per run; a DDS domain and a graph for each test that asks."""

from collections.abc import Iterator

import pytest

from bag_fixtures import bags, weights  # noqa: F401 - fixtures
from graph import Graph


@pytest.fixture
def graph(ros_domain: int) -> Iterator[Graph]:
    """Return an empty graph in a domain of its own."""
    graph = Graph()
    yield graph
    graph.close()
    assert not graph.monitor.violations
