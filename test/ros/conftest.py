# SPDX-License-Identifier: MIT
"""Each test here has a DDS domain and a graph of its own."""

from graph_fixtures import graph, isolated, rig  # noqa: F401 - fixtures
