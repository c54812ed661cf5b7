# SPDX-License-Identifier: MIT
"""Processes in an isolated ROS domain."""
