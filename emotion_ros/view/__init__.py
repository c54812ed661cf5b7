# SPDX-License-Identifier: MIT
"""Texts and chart data of a state, shared by web, demo and cli. No ROS."""
