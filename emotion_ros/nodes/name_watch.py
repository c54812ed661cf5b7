# SPDX-License-Identifier: MIT
"""Says in the log, once, that another node has the same name."""

from rclpy.node import Node


class NameWatch:
    """Looks for namesakes: a second node answers services and sends states beside the first."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._is_told = False

    def look(self) -> None:
        """Warn when the graph has the name more than once, and never again."""
        own = (self._node.get_name(), self._node.get_namespace())
        if self._is_told or self._node.get_node_names_and_namespaces().count(own) < 2:
            return
        self._is_told = True
        self._node.get_logger().warning(
            f'another node is called {self._node.get_fully_qualified_name()}: stop one of them, '
            'or give each a namespace'
        )
