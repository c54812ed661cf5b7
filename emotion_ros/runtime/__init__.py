# SPDX-License-Identifier: MIT
"""Threads and counters of whatever runs the core: the nodes and ``emotion-ros live``. No ROS."""
