# SPDX-License-Identifier: MIT
"""Recordings: reading, writing, replaying without ROS."""
