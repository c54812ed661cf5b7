# SPDX-License-Identifier: MIT
"""From ROS messages, live or recorded, to the types of core and to plain fields; no rclpy."""
