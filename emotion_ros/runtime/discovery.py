# SPDX-License-Identifier: MIT
"""The Discovery Server of Fast DDS, where one is in use."""

import os


def discover_everything() -> None:
    """Let this process learn of every topic from a Discovery Server; call it before rclpy.init.

    A plain client learns only of the topics that it has itself: that a camera publishes
    compressed images, or a recogniser another type, would stay hidden. Some robots set
    ROS_SUPER_CLIENT to False for whatever runs without a terminal.
    """
    if os.environ.get('ROS_DISCOVERY_SERVER'):
        os.environ['ROS_SUPER_CLIENT'] = 'TRUE'
