# SPDX-License-Identifier: MIT
"""Utterances: what speech recognisers publish, and what the robot said itself."""
