# SPDX-License-Identifier: MIT
"""Bags made once per run; a DDS domain and a graph for each test that asks."""

from bag_fixtures import bags, weights  # noqa: F401 - fixtures
from graph_fixtures import graph  # noqa: F401 - fixture
