# SPDX-License-Identifier: MIT
"""The ROS nodes: the only place that touches ROS."""
