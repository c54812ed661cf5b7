"""What the promise tests share: a graph each, and figures for docs/promises.md."""

from collections.abc import Callable, Iterator

import pytest

from bag_fixtures import bags, weights  # noqa: F401 - fixtures
from graph import Graph

Figure = Callable[[str, float, str], None]


@pytest.fixture(autouse=True)
def _isolated(ros_domain: int) -> None:
    """Keep every test here in a domain of its own."""


@pytest.fixture
def graph(ros_domain: int) -> Iterator[Graph]:
    """Return an empty graph in that domain; its states are held to the output contract."""
    graph = Graph()
    yield graph
    graph.close()
    assert not graph.monitor.violations


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Return the function that puts a measured figure (what, value, unit) on the page."""

    def note(what: str, value: float, unit: str) -> None:
        record_property('figure', f'{what}: {value:.3g} {unit}'.strip())

    return note
