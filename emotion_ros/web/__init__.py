# SPDX-License-Identifier: MIT
"""The dashboard and the report page. Only *_node.py needs ROS."""
