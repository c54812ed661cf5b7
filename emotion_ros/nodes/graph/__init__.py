# SPDX-License-Identifier: MIT
"""What the ROS graph holds, and what to do about a finding."""
