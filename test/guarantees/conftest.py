# SPDX-License-Identifier: MIT
"""What the promise tests share: a graph each, and figures for docs/promises.md."""

from collections.abc import Callable

import pytest

from bag_fixtures import bags, weights  # noqa: F401 - fixtures
from graph_fixtures import graph, isolated  # noqa: F401 - fixtures

Figure = Callable[[str, float, str], None]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Return the function that puts a measured figure (what, value, unit) on the page."""

    def note(what: str, value: float, unit: str) -> None:
        record_property('figure', f'{what}: {value:.3g} {unit}'.strip())

    return note
