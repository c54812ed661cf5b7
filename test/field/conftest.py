# SPDX-License-Identifier: MIT
"""Cases from the field: a graph each, and a rig that is another process to it."""

from graph_fixtures import graph, rig  # noqa: F401 - fixtures
