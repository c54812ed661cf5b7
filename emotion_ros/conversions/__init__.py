# SPDX-License-Identifier: MIT
"""Conversions: ROS messages to the types of core, and those to plain fields. No rclpy."""
