# SPDX-License-Identifier: MIT
"""What people look at: plain data in, text or pages out; no ROS."""
