# SPDX-License-Identifier: MIT
"""Each test here has a separate DDS domain and graph."""

from graph_fixtures import graph, isolated, rig  # noqa: F401 - fixtures
