# SPDX-License-Identifier: MIT
"""Programs started beside each other in a ROS domain of their own."""
