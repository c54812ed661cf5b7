# SPDX-License-Identifier: MIT
"""What the package knows without cameras, models or ROS: pure functions and data."""
