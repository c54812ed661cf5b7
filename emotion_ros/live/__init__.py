# SPDX-License-Identifier: MIT
"""``emotion-ros live``: camera and typed words to the dashboard, without ROS."""
